//! Defines the lines that a workspace writes for the ledger.
//!
//! Law: a note is written at the moment of the event, and says only what happened.
//! Must not know: who reads it.

use crate::ledger::{By, Cause, What};

/// One line for the ledger. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    Began { at_ms: i64, work: String, what: What, resource: String, run: String },
    Ended { at_ms: i64, what: What, run: String },
    Activated { at_ms: i64, kind: &'static str, resource: String, work: String, slot: String, by: By },
    Started { at_ms: i64, job: Option<i64>, run: i64, work: String, cause: Cause },
}
