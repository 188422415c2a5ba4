//! Simulates the surroundings of the two workspaces of a stack: their account, the cloud, the web.
//!
//! The requests of a process to them cross the same boundaries as its requests to a workspace.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use databricks::{Request, Response, Transport, TransportError};
use engine::ports::{Clock, Secrets};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use integrations::{Asked, Got, Missed, Web};
use runtime::config::SECRET_MISSING;
use saga::Fault;
use secrecy::SecretString;
use serde_json::Value;
use sim::{Answer, Cloud, CloudRequest};

use super::sabotage::{Phase, Process};
use super::workspace_wire::{SharedWorld, answered, simulated};

/// The cloud. All parts of a rehearsal share it.
pub type SharedCloud = Arc<Mutex<Cloud>>;

/// Sends the requests of one process to the account of the pair.
pub struct AccountWire {
    /// The world that the account belongs to.
    pub world: SharedWorld,
    /// The clock of the rehearsal.
    pub clock: Arc<dyn Clock>,
    /// The process that sends the requests.
    pub process: Arc<Process>,
}

#[async_trait]
impl Transport for AccountWire {
    async fn send(&self, request: Request, time_out: Duration) -> Result<Response, TransportError> {
        let path = request.path_and_query.split('?').next().unwrap_or_default();
        let what = format!("account {} {path}", request.method.as_str());
        let handle = || {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            world.handle_account(self.clock.now().as_millisecond(), &simulated(&request))
        };
        answered(&self.process, &what, time_out, handle).await
    }
}

/// Sends the requests of one process to the web.
pub struct SimulatedWeb {
    /// The cloud that the web belongs to.
    pub cloud: SharedCloud,
    /// The clock of the rehearsal.
    pub clock: Arc<dyn Clock>,
    /// The process that sends the requests.
    pub process: Arc<Process>,
}

impl SimulatedWeb {
    async fn exchange(&self, asked: &Asked) -> Result<Got, Missed> {
        let host = asked.url.host_str().unwrap_or_default().to_owned();
        let what = format!("web {} {host}", asked.method);
        self.process.cross(&what, Phase::Before).await;
        let query = asked.url.query().map_or_else(String::new, |query| format!("?{query}"));
        let headers = asked.headers.iter();
        let request = CloudRequest {
            method: asked.method.to_string(),
            path_and_query: format!("{}{query}", asked.url.path()),
            headers: headers
                .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
                .collect(),
            body: asked.body.to_vec(),
            host,
        };
        let answer = {
            let mut cloud = self.cloud.lock().unwrap_or_else(PoisonError::into_inner);
            cloud.handle(self.clock.now().as_millisecond(), &request)
        };
        let arrives = self.process.cross(&what, Phase::AfterEffect).await;
        match answer {
            Answer::Silence => std::future::pending().await,
            Answer::Reset { after_ms } => {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
                Err(broken_off())
            }
            Answer::Reply { after_ms, reply } => {
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
                self.process.cross(&what, Phase::AfterReply).await;
                if !arrives {
                    return Err(broken_off());
                }
                let mut headers = HeaderMap::new();
                for (name, value) in reply.headers {
                    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                        headers.append(name, value);
                    }
                }
                let status = StatusCode::from_u16(reply.status).map_err(|_| broken_off())?;
                Ok(Got { status, headers, body: Bytes::from(reply.body) })
            }
        }
    }
}

fn broken_off() -> Missed {
    Missed { may_have_arrived: true, why: "the connection was reset".to_owned() }
}

#[async_trait]
impl Web for SimulatedWeb {
    async fn send(&self, asked: Asked, time_out: Duration) -> Result<Got, Missed> {
        match tokio::time::timeout(time_out, self.exchange(&asked)).await {
            Ok(answered) => answered,
            Err(_) => Err(Missed { may_have_arrived: true, why: "no answer in time".to_owned() }),
        }
    }

    async fn connect(&self, host: &str, port: u16, _time_out: Duration) -> Result<(), Missed> {
        self.process.cross(&format!("web connect {host}"), Phase::Before).await;
        let accepts = {
            let mut cloud = self.cloud.lock().unwrap_or_else(PoisonError::into_inner);
            cloud.connect(self.clock.now().as_millisecond(), host, port)
        };
        let refused = || Missed { may_have_arrived: false, why: "the connection was refused".to_owned() };
        if accepts { Ok(()) } else { Err(refused()) }
    }
}

/// The secrets of a rehearsal: the one of the work's principal, and the addresses of channels.
pub struct SimulatedSecrets;

/// The variable that holds the secret of the work's principal in a rehearsal.
pub const WORK_SECRET: &str = "WORK_CLIENT_SECRET";
/// The variable that holds the address of a chat channel in a rehearsal.
pub const CHAT_ADDRESS: &str = "CHAT_ADDRESS";
/// The host of that address.
pub const CHAT_HOST: &str = "chat.example";

impl Secrets for SimulatedSecrets {
    fn open(&self, place: &Value) -> Result<SecretString, Fault> {
        match place.get("env").and_then(Value::as_str) {
            Some(WORK_SECRET) => Ok(SecretString::from(sim::WORK_CLIENT_SECRET.to_owned())),
            Some(CHAT_ADDRESS) => Ok(SecretString::from(format!("https://{CHAT_HOST}/hooks/simulated-chat-secret"))),
            Some(_) | None => Err(Fault::person_needed(SECRET_MISSING, "a rehearsal has no such secret")),
        }
    }
}
