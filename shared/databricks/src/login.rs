//! Signs in with credentials and keeps the token.
//!
//! Law: at most one token request is under way. A caller that waited for a request that failed gets its fault
//! and makes no other request. A token that is still valid is used while a newer one cannot be obtained. No
//! credential is ever shown (S23). Must not know: the requests that a token is used for.
//!
//! Source: [docs: dev-tools/auth/oauth-m2m]; times as in [py-sdk: oauth.py].

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use engine::ports::{Access, Admission, Clock, Ending};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Reaction};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::call::Call;
use crate::codes;
use crate::envelope::envelope;
use crate::errors::{Meaning, meaning};
use crate::exchange::exchange;
use crate::page::page;
use crate::retry_after::retry_after;
use crate::scrub::scrub;
use crate::transport::{Request, Response, Transport};

/// A new token is requested at half of the old one's life, or this long before its end if that is later.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_mins(20);
/// A token is not used this close to its end. The service itself refuses the last 30 seconds
/// [github.com/databricks/databricks-vscode #583], and the vendor's SDK the last 40.
const UNUSABLE_BEFORE: SignedDuration = SignedDuration::from_secs(40);
/// The next early renewal is tried this long after one that failed.
const EARLY_RENEWAL_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// In seconds: the documented life of a token, for an answer that names none.
const USUAL_LIFE_S: i64 = 3600;

/// The credentials for a workspace or an account.
pub enum Credentials {
    /// OAuth machine to machine: a service principal's application id and secret.
    Machine {
        /// Application id of the service principal.
        client_id: String,
        /// Secret of the service principal.
        client_secret: SecretString,
    },
    /// A personal access token.
    Personal(SecretString),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Machine { client_id, .. } => write!(f, "Machine({client_id}, [secret])"),
            Credentials::Personal(_) => f.write_str("Personal([secret])"),
        }
    }
}

/// A token to send, and its number.
#[derive(Clone)]
pub(crate) struct Bearer {
    token: SecretString,
    serial: u64,
}

impl Bearer {
    pub(crate) fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// The header that carries the token.
    pub(crate) fn header(&self) -> Result<HeaderValue, Fault> {
        sensitive(format!("Bearer {}", self.expose()))
    }
}

struct Held {
    bearer: Bearer,
    renew_from: Timestamp,
    usable_until: Timestamp,
}

enum Holding {
    Fresh(Bearer),
    Aging(Bearer),
    Nothing,
}

pub(crate) struct Login {
    /// The call that requests a token from a workspace or from an account.
    token: Call,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Held>>,
    /// Locked while a token is requested. It contains the fault of the last request that failed.
    asking: tokio::sync::Mutex<Option<Fault>>,
    /// The number of token requests that have ended.
    ended: AtomicU64,
}

impl Login {
    pub(crate) fn new(token: Call, credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        Self {
            token,
            credentials,
            clock,
            held: Mutex::new(None),
            asking: tokio::sync::Mutex::new(None),
            ended: AtomicU64::new(0),
        }
    }

    /// The application id that signs in; `None` for a personal token.
    pub(crate) fn client_id(&self) -> Option<&str> {
        match &self.credentials {
            Credentials::Machine { client_id, .. } => Some(client_id),
            Credentials::Personal(_) => None,
        }
    }

    /// Returns a token that is valid now.
    pub(crate) async fn bearer(&self, transport: &dyn Transport, admission: &dyn Admission) -> Result<Bearer, Fault> {
        if let Credentials::Personal(token) = &self.credentials {
            return Ok(Bearer { token: token.clone(), serial: 0 });
        }
        match self.holding() {
            Holding::Fresh(bearer) => Ok(bearer),
            Holding::Aging(bearer) => Ok(self.renew_early(bearer, transport, admission).await),
            Holding::Nothing => self.first(transport, admission).await,
        }
    }

    /// Returns another token than the refused one; `None` if there can be no other.
    pub(crate) async fn instead_of(
        &self,
        refused: &Bearer,
        transport: &dyn Transport,
        admission: &dyn Admission,
    ) -> Result<Option<Bearer>, Fault> {
        match &self.credentials {
            Credentials::Personal(_) => return Ok(None),
            Credentials::Machine { .. } => {}
        }
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.as_ref().is_some_and(|held| held.bearer.serial == refused.serial) {
                *held = None;
            }
        }
        self.bearer(transport, admission).await.map(Some)
    }

    /// The texts that must not appear in any message.
    pub(crate) fn secrets<'a>(&'a self, bearer: Option<&'a Bearer>) -> Vec<&'a str> {
        let own = match &self.credentials {
            Credentials::Machine { client_secret, .. } => client_secret.expose_secret(),
            Credentials::Personal(token) => token.expose_secret(),
        };
        bearer.map(Bearer::expose).into_iter().chain([own]).collect()
    }

    fn holding(&self) -> Holding {
        let now = self.clock.now();
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.as_ref() {
            Some(held) if now < held.renew_from => Holding::Fresh(held.bearer.clone()),
            Some(held) if now < held.usable_until => Holding::Aging(held.bearer.clone()),
            Some(_) | None => Holding::Nothing,
        }
    }

    /// Renews a token early. Meanwhile every other caller uses the old token. If the renewal fails, all use
    /// it.
    async fn renew_early(&self, old: Bearer, transport: &dyn Transport, admission: &dyn Admission) -> Bearer {
        let Ok(mut last_fault) = self.asking.try_lock() else { return old };
        match self.ask(transport, admission).await {
            Ok(bearer) => bearer,
            Err(fault) => {
                *last_fault = Some(fault);
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(held) = held.as_mut() {
                    held.renew_from = later(self.clock.now(), EARLY_RENEWAL_PAUSE);
                }
                old
            }
        }
    }

    /// Requests a new token even if there is a valid one. The old token stays if no new one can be obtained.
    pub(crate) async fn anew(&self, transport: &dyn Transport, admission: &dyn Admission) -> Result<Bearer, Fault> {
        let mut last_fault = self.asking.lock().await;
        let asked = self.ask(transport, admission).await;
        *last_fault = asked.as_ref().err().cloned();
        asked
    }

    async fn first(&self, transport: &dyn Transport, admission: &dyn Admission) -> Result<Bearer, Fault> {
        let ended_before = self.ended.load(Ordering::Acquire);
        let mut last_fault = self.asking.lock().await;
        match self.holding() {
            Holding::Fresh(bearer) | Holding::Aging(bearer) => return Ok(bearer),
            Holding::Nothing => {}
        }
        if self.ended.load(Ordering::Acquire) != ended_before
            && let Some(fault) = last_fault.as_ref()
        {
            return Err(fault.clone());
        }
        let asked = self.ask(transport, admission).await;
        *last_fault = asked.as_ref().err().cloned();
        asked
    }

    /// Makes one token request. The caller must have locked `asking`.
    async fn ask(&self, transport: &dyn Transport, admission: &dyn Admission) -> Result<Bearer, Fault> {
        let asked = self.request_token(transport, admission).await;
        self.ended.fetch_add(1, Ordering::Release);
        let (token, life) = asked?;
        let now = self.clock.now();
        let serial = self.ended.load(Ordering::Acquire);
        let bearer = Bearer { token, serial };
        let early = (life / 2).min(RENEW_BEFORE);
        let held = Held {
            bearer: bearer.clone(),
            renew_from: later(now, life - early),
            usable_until: later(now, life - UNUSABLE_BEFORE),
        };
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Ok(bearer)
    }

    async fn request_token(
        &self,
        transport: &dyn Transport,
        admission: &dyn Admission,
    ) -> Result<(SecretString, SignedDuration), Fault> {
        let (client_id, secret) = match &self.credentials {
            Credentials::Machine { client_id, client_secret } => (client_id, client_secret),
            Credentials::Personal(_) => return Err(no_token("there is no token to ask for".to_owned())),
        };
        let request = token_request(&self.token, client_id, secret)?;
        let (response, ticket) = exchange(transport, admission, &self.token.endpoint, request)
            .await
            // The faults of the admission itself keep their codes: the breaker is open, or the lease is at
            // its end.
            .map_err(|fault| match fault.code == codes::NO_ANSWER || fault.code == codes::DOUBTFUL_ANSWER {
                true => Fault { code: codes::TOKEN_ENDPOINT, ..fault },
                false => fault,
            })?;
        let wait = retry_after(&response.headers, self.clock.now());
        if let Some(found) = page(&response) {
            ticket.end(Ending::Failed);
            let said =
                format!("the token endpoint answered with {found}: the workspace is not reached on this network path");
            return Err(Fault::again(codes::LOGIN_PAGE, said));
        }
        if response.status.is_success() {
            let token = read_token(&response);
            ticket.end(if token.is_ok() { Ending::Answered } else { Ending::Failed });
            return token;
        }
        let envelope = envelope(&response.body);
        let meaning = meaning(response.status.as_u16(), &envelope, wait);
        ticket.end(meaning.ending(wait));
        let said = scrub(&format!("{} {}", envelope.code, envelope.message), &self.secrets(None));
        Err(refused(response.status, meaning, wait, said.trim()))
    }
}

fn token_request(token: &Call, client_id: &str, secret: &SecretString) -> Result<Request, Fault> {
    let basic = STANDARD.encode(format!("{client_id}:{}", secret.expose_secret()));
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, sensitive(format!("Basic {basic}"))?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = Bytes::from_static(b"grant_type=client_credentials&scope=all-apis");
    Ok(Request { method: token.endpoint.verb, path_and_query: token.path_and_query(), headers, body })
}

fn read_token(response: &Response) -> Result<(SecretString, SignedDuration), Fault> {
    let body: Value = serde_json::from_slice(&response.body)
        .map_err(|_| no_token(format!("the token endpoint answered {} without JSON", response.status.as_u16())))?;
    let token = body.get("access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| no_token("the token endpoint answered without a token".to_owned()))?;
    let life = body.get("expires_in").and_then(Value::as_i64).unwrap_or(USUAL_LIFE_S);
    Ok((SecretString::from(token), SignedDuration::from_secs(life.clamp(0, 7 * 24 * 3600))))
}

fn refused(status: StatusCode, meaning: Meaning, wait: Option<std::time::Duration>, said: &str) -> Fault {
    let said = format!("the token endpoint answered {}: {said}", status.as_u16());
    // OAuth refuses bad client credentials with 400 or 401 [RFC 6749 §5.2].
    if matches!(status.as_u16(), 400 | 401 | 403)
        && meaning.fault(Access::Read, wait, String::new()).reaction == Reaction::PersonNeeded
    {
        return Fault::person_needed(codes::NOT_SIGNED_IN, said);
    }
    let sorted = meaning.fault(Access::Read, wait, said);
    // An endpoint that asks for fewer requests is alive, so its fault keeps its code.
    if meaning == Meaning::Throttled {
        return sorted;
    }
    if sorted.reaction.is_again() {
        return Fault { code: codes::TOKEN_ENDPOINT, ..sorted };
    }
    Fault::person_needed(codes::TOKEN_ENDPOINT, sorted.message)
}

fn no_token(said: String) -> Fault {
    Fault::again(codes::TOKEN_ENDPOINT, said)
}

fn sensitive(text: String) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::try_from(text).map_err(|_| {
        Fault::person_needed(codes::NOT_SIGNED_IN, "the credentials hold characters that no header can carry")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
