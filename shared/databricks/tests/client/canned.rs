//! A transport that answers from a script, a clock that a test moves, and an admission that counts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use databricks::{Credentials, DatabricksWorkspace, Request, Response, Transport, TransportError};
use engine::ports::{Access, Admission, Admitted, Clock, Ending};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use saga::Fault;
use secrecy::SecretString;
use serde_json::{Value, json};

pub(crate) const CLIENT_SECRET: &str = "very-secret-secret";

/// A clock that moves when a test moves it.
pub(crate) struct Still(Mutex<Timestamp>);

impl Still {
    pub(crate) fn go_on(&self, span: SignedDuration) {
        *self.0.lock().unwrap() += span;
    }
}

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

type Answering = dyn Fn(&str, &Request) -> Result<Response, TransportError> + Send + Sync;

/// Answers by function. It yields once, so that requests of several callers mingle.
pub(crate) struct Canned {
    answering: Box<Answering>,
    /// `METHOD path`, with a stand-in for the authorization that was sent.
    pub(crate) sent: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, request: Request, _time_out: Duration) -> Result<Response, TransportError> {
        let line = format!("{} {}", request.method.as_str(), request.path_and_query);
        let bearer = request.headers["authorization"].to_str().unwrap().to_owned();
        self.sent.lock().unwrap().push(format!("{line} [{bearer}]"));
        tokio::task::yield_now().await;
        (self.answering)(&line, &request)
    }
}

/// Counts the requests that are admitted and those that end.
#[derive(Default)]
pub(crate) struct Counting {
    pub(crate) entered: Mutex<Vec<&'static str>>,
    pub(crate) left: Mutex<Vec<(&'static str, Ending)>>,
}

#[async_trait]
impl Admission for Counting {
    async fn enter(&self, family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        self.entered.lock().unwrap().push(family);
        Ok(Admitted { time_out: Duration::from_secs(5) })
    }

    fn leave(&self, family: &'static str, ending: Ending) {
        self.left.lock().unwrap().push((family, ending));
    }
}

/// A workspace that answers as `answering` says.
pub(crate) struct Stage {
    pub(crate) workspace: Arc<DatabricksWorkspace>,
    pub(crate) clock: Arc<Still>,
    pub(crate) admission: Counting,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    pub(crate) fn machine(
        answering: impl Fn(&str, &Request) -> Result<Response, TransportError> + Send + Sync + 'static,
    ) -> Self {
        let client_secret = SecretString::from(CLIENT_SECRET);
        Self::new(Credentials::Machine { client_id: "id".to_owned(), client_secret }, answering)
    }

    pub(crate) fn personal(
        answering: impl Fn(&str, &Request) -> Result<Response, TransportError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Credentials::Personal(SecretString::from("personal")), answering)
    }

    fn new(
        credentials: Credentials,
        answering: impl Fn(&str, &Request) -> Result<Response, TransportError> + Send + Sync + 'static,
    ) -> Self {
        let clock = Arc::new(Still(Mutex::new("2026-01-05T08:00:00Z".parse().unwrap())));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let transport = Canned { answering: Box::new(answering), sent: Arc::clone(&sent) };
        let workspace =
            DatabricksWorkspace::new(Arc::new(transport), credentials, Arc::clone(&clock) as Arc<dyn Clock>);
        Self { workspace: Arc::new(workspace), clock, admission: Counting::default(), sent }
    }

    /// The requests since the last call of this.
    pub(crate) fn sent(&self) -> Vec<String> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Response, TransportError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
    }
    let body = Bytes::from(body.to_owned());
    Ok(Response { status: StatusCode::from_u16(status).unwrap(), headers: map, body })
}

pub(crate) fn ok(body: &Value) -> Result<Response, TransportError> {
    reply(200, &[("content-type", "application/json")], &body.to_string())
}

pub(crate) fn token(word: &str, life_s: i64) -> Result<Response, TransportError> {
    ok(&json!({ "access_token": word, "token_type": "Bearer", "expires_in": life_s }))
}
