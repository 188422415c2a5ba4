//! Builds refusals in the vendor's error envelope.
//!
//! Law: a refusal changes nothing.
//! Must not know: which route refused.
//!
//! Source: `{"error_code", "message"}` with the HTTP statuses of the SDKs' tables
//! [py-sdk: errors/platform.py, errors/mapper.py].

use serde_json::{Value, json};

use crate::wire::Reply;

/// The result of a route: a JSON body for status 200, or a refusal.
pub(crate) type Handled = Result<Value, Refusal>;

/// The result of a route of a long listing: its written body, or a refusal.
pub(crate) type Written = Result<String, Refusal>;

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Value,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Refusal {
        Refusal { status, code: Value::from(code), message: message.into() }
    }

    /// 400: a wrong, missing, or unknown value. Jobs, runs and clusters give this answer also for a
    /// resource that does not exist [py-sdk: errors/overrides.py].
    pub(crate) fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "INVALID_PARAMETER_VALUE", message)
    }

    /// 400: not possible in the state of the resource.
    pub(crate) fn state(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "INVALID_STATE", message)
    }

    /// 404: no such resource.
    pub(crate) fn absent(message: impl Into<String>) -> Refusal {
        Refusal::new(404, "RESOURCE_DOES_NOT_EXIST", message)
    }

    /// 403: the principal lacks the permission.
    pub(crate) fn forbidden(message: impl Into<String>) -> Refusal {
        Refusal::new(403, "PERMISSION_DENIED", message)
    }

    /// 401 with a numeric `error_code`, as some of the vendor's services send it
    /// [go-sdk: apierr/errors.go].
    pub(crate) fn credential(message: &str) -> Refusal {
        Refusal { status: 401, code: Value::from(401), message: message.to_owned() }
    }

    pub(crate) fn reply(&self) -> Reply {
        let body = json!({ "error_code": self.code, "message": self.message });
        Reply::json(self.status, &body)
    }

    /// The envelope for a status that a fault sends.
    pub(crate) fn of_status(status: u16) -> Refusal {
        let (code, message) = match status {
            400 => ("BAD_REQUEST", "Simulated fault: bad request."),
            401 => ("UNAUTHENTICATED", "Simulated fault: credential not accepted."),
            403 => ("PERMISSION_DENIED", "Simulated fault: permission denied."),
            404 => ("NOT_FOUND", "Simulated fault: not found."),
            409 => ("RESOURCE_CONFLICT", "Simulated fault: conflict."),
            429 => ("REQUEST_LIMIT_EXCEEDED", "Simulated fault: too many requests."),
            501 => ("NOT_IMPLEMENTED", "Simulated fault: not implemented."),
            503 => ("TEMPORARILY_UNAVAILABLE", "Simulated fault: temporarily unavailable."),
            504 => ("DEADLINE_EXCEEDED", "Simulated fault: deadline exceeded."),
            _ => ("INTERNAL_ERROR", "Simulated fault: internal error."),
        };
        Refusal::new(status, code, message)
    }
}
