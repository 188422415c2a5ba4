//! A refused request, before it is put in its service's form.
//!
//! Law: a refusal changes nothing. Must not know: which service refused.

use crate::wire::Reply;

/// What a service gives: `None` if it does not know the request.
pub(crate) type Handled = Option<Result<Reply, Refused>>;

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Refused {
        Refused { status, code: code.to_owned(), message: message.into() }
    }

    /// What goes with a status sent by a fault.
    pub(crate) fn of_status(status: u16) -> Refused {
        let code = if status == 503 { "ServiceUnavailable" } else { "InternalFailure" };
        Refused::new(status, code, "Simulated fault.")
    }
}
