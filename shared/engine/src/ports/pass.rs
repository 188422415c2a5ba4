//! Permission to send one call.
//!
//! Whoever speaks to a workspace asks for it before every single request and
//! tells how the request ended. Behind it stand the limiter, the breaker and the
//! lease's margin (S13), so that none of them can be forgotten by a client.

use std::time::Duration;

use async_trait::async_trait;
use saga::Fault;
use serde::Serialize;
use serde_json::Value;

/// Whether a request can change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// It only looks.
    Look,
    /// It may have an effect.
    Effect,
}

/// A request may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// After this the answer no longer counts; the client gives up by itself.
    pub time_out: Duration,
}

/// A request that may have an effect, as it goes over the wire, without anything secret (S23).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wire {
    /// The HTTP method, or what the vendor calls the operation, e.g. `POST` or `ssm:PutParameter`.
    pub method: String,
    /// Path and query, an address, or what the operation is about. An address that is a secret is
    /// told as the place where it is kept.
    pub to: String,
    /// What is sent: JSON, or a text; `Null` for nothing.
    pub body: Value,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An answer came, whatever it says, that shows the API to be alive.
    Answered,
    /// The API asked for fewer requests (429), for so long if it said so.
    Throttled {
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// No answer, or one that shows the API to be unwell (5xx).
    Failed,
}

/// Admits requests to one workspace, one at a time.
#[async_trait]
pub trait Pass: Send + Sync {
    /// Waits until a request of `family` may be sent.
    ///
    /// # Errors
    ///
    /// A fault with reaction `Again` if it may not be sent in the foreseeable
    /// future: the breaker is open, or the lease has too little time left.
    async fn enter(&self, family: &'static str, nature: Nature) -> Result<Admitted, Fault>;

    /// Hears what is about to be asked for, before every [`Pass::enter`] for an effect. Only who
    /// foresees calls makes anything of it, so `wire` is not asked by others.
    fn announce(&self, _wire: &dyn Fn() -> Wire) {}

    /// Tells how an admitted request ended. Called exactly once for each.
    fn leave(&self, family: &'static str, ending: Ending);
}
