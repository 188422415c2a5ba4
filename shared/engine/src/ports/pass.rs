//! Permission to send one call.
//!
//! Whoever speaks to a workspace asks for it before every single request and
//! tells how the request ended. Behind it stand the limiter, the breaker and the
//! lease's margin (S13), so that none of them can be forgotten by a client.

use std::time::Duration;

use async_trait::async_trait;
use saga::Fault;

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

    /// Tells how an admitted request ended. Called exactly once for each.
    fn leave(&self, family: &'static str, ending: Ending);
}
