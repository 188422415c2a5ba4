//! Defines the admission of requests: the decision whether one request may be sent now.
//!
//! A client asks for admission before every single request, and reports how the request ended. The limiter, the
//! breaker and the lease's margin (S13) are behind this port, so a client cannot forget any of them.

use std::time::Duration;

use async_trait::async_trait;
use saga::Fault;
use serde::Serialize;
use serde_json::Value;

/// Whether a request can change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It only reads.
    Read,
    /// It may have an effect.
    Write,
}

/// The permit to send one request now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The time-out of the request. After it the answer no longer counts, and the client gives up by itself.
    pub time_out: Duration,
}

/// A request that may have an effect, in its final form, without secrets (S23).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wire {
    /// The HTTP method, or the vendor's name for the operation, e.g. `POST` or `ssm:PutParameter`.
    pub method: String,
    /// The path and query, an address, or the subject of the operation. An address that is a secret is replaced by
    /// the place where it is kept.
    pub to: String,
    /// The content: JSON, or a text. It is `Null` for nothing.
    pub body: Value,
}

/// The end of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An answer of any content came that shows that the API is alive.
    Answered,
    /// The API asked for fewer requests (429).
    Throttled {
        /// The value of `Retry-After`, if the API sent one.
        retry_after: Option<Duration>,
    },
    /// No answer came, or one that shows that the API is not well (5xx).
    Failed,
}

/// Admits requests to one workspace, one at a time.
#[async_trait]
pub trait Admission: Send + Sync {
    /// Waits until a request of `family` may be sent.
    ///
    /// # Errors
    ///
    /// A fault with reaction `Again` if the request may not be sent soon: the breaker is open, or the lease has too
    /// little time left.
    async fn enter(&self, family: &'static str, nature: Access) -> Result<Admitted, Fault>;

    /// Receives the request in advance, before every [`Admission::enter`] for an effect. Only a dry run uses it, so only a
    /// dry run evaluates `wire`.
    fn announce(&self, _wire: &dyn Fn() -> Wire) {}

    /// Reports how an admitted request ended. It is called exactly once for each request.
    fn leave(&self, family: &'static str, ending: Ending);
}
