//! The port to the network: it makes one attempt and says whether a request may have arrived.
//!
//! Law: a transport never tries again, never follows a redirect, and gives up at the time-out.
//! Must not know: credentials, the meaning of a status, any endpoint.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::endpoint::Verb;

/// One request to one workspace.
#[derive(Clone)]
pub struct Request {
    /// HTTP method.
    pub method: Verb,
    /// Path with its query, both encoded, e.g. `/api/2.2/jobs/list?limit=100`.
    pub path_and_query: String,
    /// Headers, including credentials.
    pub headers: HeaderMap,
    /// The body as it is sent; empty if there is none.
    pub body: Bytes,
}

/// Headers and bodies can carry credentials (S23), so neither is shown.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_str(), self.path_and_query)
    }
}

/// An answer, whatever its status is.
#[derive(Clone)]
pub struct Response {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers of the answer.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// The token endpoint's body is a credential (S23), so only its length is shown.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// Whether a request without an answer may have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It cannot have arrived: no connection, no such host, no TLS.
    NotSent,
    /// It may have arrived: a time-out, or a reset after the connection was made.
    Doubt,
}

/// A request that got no whole answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// Whether the request may have arrived.
    pub reach: Reach,
    /// The cause, in a sentence without addresses or credentials.
    pub message: String,
}

/// Sends requests to one workspace.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a request once.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if no whole answer came within `time_out`.
    async fn send(&self, request: Request, time_out: Duration) -> Result<Response, TransportError>;
}
