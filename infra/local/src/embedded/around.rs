//! Hands requests to a simulated cloud that all processes share.
//!
//! These are requests to AWS services that the stack has no part of, and to topics that are not its own.
//!
//! Must not know: what the cloud does with them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::result::ConnectorError;
use bytes::Bytes;
use engine::ports::Clock;
use sim::{Cloud, CloudRequest};

use super::answer::{Answer, broken, plain};
use super::wire::Call;

/// The shared cloud, and the clock that it runs by.
#[derive(Clone)]
pub(super) struct Around {
    pub(super) cloud: Arc<Mutex<Cloud>>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Around {
    /// Applies the effect now, and returns the answer with its delay.
    pub(super) fn handle(&self, request: &http::Request<Bytes>) -> sim::Answer {
        let now_ms = self.clock.now().as_millisecond();
        self.cloud.lock().unwrap_or_else(PoisonError::into_inner).handle(now_ms, &simulated(request))
    }
}

/// Waits for the delay of an answer, and returns it as the SDK sees it.
pub(super) async fn arrived(told: sim::Answer) -> Result<Answer, ConnectorError> {
    match told {
        sim::Answer::Silence => std::future::pending().await,
        sim::Answer::Reset { after_ms } => {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            Err(broken())
        }
        sim::Answer::Reply { after_ms, reply } => {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            let mut answer = plain(reply.status, reply.body.into());
            for (name, value) in reply.headers {
                let (name, value) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value));
                if let (Ok(name), Ok(value)) = (name, value) {
                    answer.headers_mut().append(name, value);
                }
            }
            Ok(answer)
        }
    }
}

pub(super) fn call_of(service: &'static str, request: &http::Request<Bytes>) -> Call {
    let request = simulated(request);
    Call { service, operation: request.operation(), subject: request.host }
}

fn simulated(request: &http::Request<Bytes>) -> CloudRequest {
    let headers = request.headers().iter();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    CloudRequest {
        host: request.uri().host().unwrap_or_default().to_owned(),
        method: request.method().as_str().to_owned(),
        path_and_query: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        headers: headers.collect(),
        body: request.body().to_vec(),
    }
}
