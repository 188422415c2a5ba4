//! Hands each of the SDK's requests to the part that answers it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use engine::ports::Clock;
use http_body_util::BodyExt;
use sim::Cloud;

use super::answer::{Answer, broken, error_body, plain};
use super::around::{self, Around};
use super::s3::Buckets;
use super::table::Table;
use super::topics::{self, Topics};
use super::wire::{Call, Clear, Passage, Wire};

/// An HTTP client for the SDK. It answers every request inside this process. Cheap to clone.
#[derive(Clone)]
pub struct Embedded {
    table: Option<Table>,
    buckets: Buckets,
    topics: Option<Arc<dyn Topics>>,
    around: Option<Around>,
    wire: Arc<dyn Wire>,
    counts: Arc<Mutex<BTreeMap<(&'static str, String), u64>>>,
}

/// A request whose body was read whole.
type Whole = http::Request<Bytes>;

impl Embedded {
    /// Parts without topics, on a wire that lets everything through.
    pub fn new(table: Table, buckets: Buckets) -> Self {
        Self { table: Some(table), ..Self::without_table(buckets) }
    }

    /// Parts without a table, for a store that is somewhere else. Every request to the table is refused.
    pub fn without_table(buckets: Buckets) -> Self {
        Self { table: None, buckets, topics: None, around: None, wire: Arc::new(Clear), counts: Arc::default() }
    }

    /// The same parts with topics. Without this call no topic exists.
    #[must_use]
    pub fn with_topics(mut self, topics: Arc<dyn Topics>) -> Self {
        self.topics = Some(topics);
        self
    }

    /// The same parts with a cloud around them. The cloud answers for every other service of AWS, and for topics
    /// that [`Embedded::with_topics`] does not have.
    #[must_use]
    pub fn with_cloud(mut self, cloud: Arc<Mutex<Cloud>>, clock: Arc<dyn Clock>) -> Self {
        self.around = Some(Around { cloud, clock });
        self
    }

    /// The same parts behind another wire, with counts of its own.
    #[must_use]
    pub fn with_wire(self, wire: Arc<dyn Wire>) -> Self {
        Self { wire, counts: Arc::default(), ..self }
    }

    /// How many requests had their effect, by service and operation. Requests whose answer was lost count, too.
    pub fn counts(&self) -> BTreeMap<(&'static str, String), u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests of one operation had their effect, e.g. `PutItem`.
    pub fn count(&self, operation: &str) -> u64 {
        self.counts().iter().filter(|((_, name), _)| name == operation).map(|(_, count)| count).sum()
    }

    fn tick(&self, call: &Call) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((call.service, call.operation.clone())).or_insert(0) += 1;
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = read(request).await?;
        let service = service_of(&request);
        let call = match service {
            Service::Dynamo => Table::call_of(&request),
            Service::S3 => Buckets::call_of(&request),
            Service::Sns => topics::call_of(&request),
            Service::Around(name) => around::call_of(name, &request),
        };
        match self.wire.before(&call).await {
            Passage::Admission => {}
            Passage::Fail => return Err(broken()),
            Passage::Answer { status, code } => return answered(refusal(service, status, code)),
        }
        let told = match service {
            Service::Dynamo => ReplyTime::Now(match &self.table {
                Some(table) => table.answer(&call.operation, request.body()),
                None => refusal(service, 400, "ResourceNotFoundException"),
            }),
            Service::S3 => ReplyTime::Now(self.buckets.answer(request).await?),
            Service::Sns => match (topics::answer(self.topics.as_deref(), &request).await, &self.around) {
                (Some(answer), _) => ReplyTime::Now(answer),
                (None, Some(around)) => ReplyTime::Later(around.handle(&request)),
                (None, None) => ReplyTime::Now(topics::missing()),
            },
            Service::Around(_) => match &self.around {
                Some(around) => ReplyTime::Later(around.handle(&request)),
                None => ReplyTime::Now(refusal(service, 501, "NotEmbedded")),
            },
        };
        self.tick(&call);
        match self.wire.after(&call).await {
            Passage::Admission => match told {
                ReplyTime::Now(answer) => answered(answer),
                ReplyTime::Later(answer) => answered(around::arrived(answer).await?),
            },
            Passage::Fail => Err(broken()),
            Passage::Answer { status, code } => answered(refusal(service, status, code)),
        }
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}

impl HttpConnector for Embedded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}

impl HttpClient for Embedded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The answer to a request that had its effect.
enum ReplyTime {
    /// The answer is there.
    Now(Answer),
    /// The answer arrives after a delay, or never.
    Later(sim::Answer),
}

#[derive(Clone, Copy)]
enum Service {
    Dynamo,
    S3,
    Sns,
    /// A service that the stack has no part of, by the name that calls have, e.g. `ssm`.
    Around(&'static str),
}

/// The service that a request was signed for. It is the fourth part of the credential scope
/// `date/region/service/aws4_request` [AWS: Signature Version 4].
fn service_of(request: &Whole) -> Service {
    let signed = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    let host = request.uri().host().unwrap_or_default();
    let scope = signed.split("Credential=").nth(1).unwrap_or("").split(',').next().unwrap_or("");
    match scope.split('/').nth(3) {
        Some("dynamodb") => Service::Dynamo,
        Some("sns") => Service::Sns,
        Some("health") => Service::Around("health"),
        Some("kinesis") => Service::Around("kinesis"),
        Some("route53") => Service::Around("route53"),
        Some("secretsmanager") => Service::Around("secretsmanager"),
        Some("ssm") => Service::Around("ssm"),
        // S3 Control is signed like S3, and only its host differs [S3 Control: service endpoints].
        Some("s3") if host.contains(".s3-control.") => Service::Around("s3control"),
        Some(_) | None => Service::S3,
    }
}

async fn read(request: HttpRequest) -> Result<Whole, ConnectorError> {
    let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
    Ok(http::Request::from_parts(head, body))
}

fn answered(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(answer.map(SdkBody::from)).map_err(|e| ConnectorError::user(e.into()))
}

/// The answer that a wire puts in the place of the real one, in the service's own format.
fn refusal(service: Service, status: u16, code: &str) -> Answer {
    let text = "put here by the wire";
    let body = match service {
        Service::Dynamo => format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"{text}"}}"#),
        Service::S3 => format!("<Error><Code>{code}</Code><Message>{text}</Message></Error>"),
        Service::Sns | Service::Around("route53" | "s3control") => error_body(code, text),
        Service::Around(_) => format!(r#"{{"__type":"{code}","message":"{text}"}}"#),
    };
    plain(status, body.into())
}
