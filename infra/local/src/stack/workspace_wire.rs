//! Carries requests from the Databricks client to a simulated workspace, inside this process.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use databricks::{Reach, Request, Response, Transport, TransportError};
use engine::ports::Clock;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sim::{Answer, Reply, Side, World};

use super::sabotage::{Phase, Process};

/// The world. All parts of a rehearsal share it.
pub type SharedWorld = Arc<Mutex<World>>;

/// Sends the requests of one process to one side of the world.
pub struct WorkspaceWire {
    /// The simulated world.
    pub world: SharedWorld,
    /// The side that the requests go to.
    pub side: Side,
    /// The clock of the rehearsal.
    pub clock: Arc<dyn Clock>,
    /// The process that sends the requests.
    pub process: Arc<Process>,
}

#[async_trait]
impl Transport for WorkspaceWire {
    async fn send(&self, request: Request, time_out: Duration) -> Result<Response, TransportError> {
        let path = request.path_and_query.split('?').next().unwrap_or_default();
        let what = format!("{} {} {path}", self.side.word(), request.method.as_str());
        let handle = || {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            world.handle(self.clock.now().as_millisecond(), self.side, &simulated(&request))
        };
        answered(&self.process, &what, time_out, handle).await
    }
}

/// One exchange of a process with a simulated part, within its time-out.
pub(super) async fn answered(
    process: &Process,
    what: &str,
    time_out: Duration,
    handle: impl FnOnce() -> Answer + Send,
) -> Result<Response, TransportError> {
    match tokio::time::timeout(time_out, exchange(process, what, handle)).await {
        Ok(answered) => answered,
        Err(_) => Err(doubt(format!("no answer within {} s", time_out.as_secs_f64()))),
    }
}

async fn exchange(
    process: &Process,
    what: &str,
    handle: impl FnOnce() -> Answer + Send,
) -> Result<Response, TransportError> {
    process.cross(what, Phase::Before).await;
    let answer = handle();
    let arrives = process.cross(what, Phase::AfterEffect).await;
    match answer {
        Answer::Silence => std::future::pending().await,
        Answer::Reset { after_ms } => {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            Err(doubt("the connection was reset".to_owned()))
        }
        Answer::Reply { after_ms, reply } => {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            process.cross(what, Phase::AfterReply).await;
            if arrives { response(reply) } else { Err(doubt("the connection was reset".to_owned())) }
        }
    }
}

/// A request in the simulator's type.
pub(super) fn simulated(request: &Request) -> sim::Request {
    let headers = request
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    sim::Request {
        method: request.method.as_str().to_owned(),
        path: request.path_and_query.clone(),
        headers: headers.collect(),
        body: request.body.to_vec(),
    }
}

fn response(reply: Reply) -> Result<Response, TransportError> {
    let mut headers = HeaderMap::new();
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    let status = StatusCode::from_u16(reply.status).map_err(|e| doubt(e.to_string()))?;
    Ok(Response { status, headers, body: Bytes::from(reply.body) })
}

fn doubt(message: String) -> TransportError {
    TransportError { reach: Reach::Doubt, message }
}
