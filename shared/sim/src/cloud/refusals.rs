//! Defines a refused request, before it is put in the form of its service.
//!
//! Law: a refusal changes nothing.
//! Must not know: which service refused.

use crate::wire::Reply;

/// The result of a service; `None` if it does not know the request.
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

    /// The refusal for a status that a fault sends.
    pub(crate) fn of_status(status: u16) -> Refused {
        let code = if status == 503 { "ServiceUnavailable" } else { "InternalFailure" };
        Refused::new(status, code, "Simulated fault.")
    }
}
