//! The port to the network: it sends requests and opens connections, with one attempt each.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// A request. Its address and headers may hold secrets, so its debug text shows neither.
#[derive(Clone)]
pub struct Asked {
    /// Address that it is sent to.
    pub url: Url,
    /// HTTP method.
    pub method: Method,
    /// Request headers.
    pub headers: HeaderMap,
    /// Body of the request; empty if there is none.
    pub body: Bytes,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({})", self.method)
    }
}

/// An answer, whatever its status is.
#[derive(Clone, Debug)]
pub struct Got {
    /// HTTP status of the answer.
    pub status: StatusCode,
    /// Response headers.
    pub headers: HeaderMap,
    /// Body of the answer, or the part of it that is read.
    pub body: Bytes,
}

/// A request or connection that got no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Whether the request may have arrived.
    pub may_have_arrived: bool,
    /// The reason, without the address.
    pub why: String,
}

/// A network.
#[async_trait]
pub trait Web: Send + Sync {
    /// Sends one request and reads the answer. Follows no redirect.
    ///
    /// # Errors
    ///
    /// [`Missed`] if no answer came.
    async fn send(&self, asked: Asked, time_out: Duration) -> Result<Got, Missed>;

    /// Opens a TCP connection and closes it.
    ///
    /// # Errors
    ///
    /// [`Missed`] if it could not be opened.
    async fn connect(&self, host: &str, port: u16, time_out: Duration) -> Result<(), Missed>;
}
