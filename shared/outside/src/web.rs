//! The port to the network: requests and connections, one attempt each.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// A request. Its address and headers may hold secrets, so it shows neither.
#[derive(Clone)]
pub struct Asked {
    /// Where to.
    pub url: Url,
    /// Its method.
    pub method: Method,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; empty for none.
    pub body: Bytes,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({})", self.method)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Got {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, or as much of it as anybody reads.
    pub body: Bytes,
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Whether the request may have arrived.
    pub may_have_arrived: bool,
    /// Why, without the address.
    pub why: String,
}

/// A network.
#[async_trait]
pub trait Web: Send + Sync {
    /// Sends one request and reads the answer. Follows no redirect.
    ///
    /// # Errors
    ///
    /// [`Missed`]: no answer came.
    async fn send(&self, asked: Asked, time_out: Duration) -> Result<Got, Missed>;

    /// Opens a TCP connection and closes it.
    ///
    /// # Errors
    ///
    /// [`Missed`]: it could not be opened.
    async fn connect(&self, host: &str, port: u16, time_out: Duration) -> Result<(), Missed>;
}
