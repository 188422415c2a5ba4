//! Writes data to stdout, and messages for people to stderr.
//!
//! Law: a text that cannot be shown stops nothing. A failover goes on when its terminal is gone.

use std::fmt::Display;
use std::io::Write as _;

use runtime::Problem;
use serde::Serialize;
use serde_json::json;

/// The form of a command's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Text,
    /// One JSON object on one line.
    Json,
}

/// Writes one line for people.
pub(crate) fn say(text: impl Display) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Writes data, as it is.
pub(crate) fn data(text: impl Display) {
    drop(write!(std::io::stdout(), "{text}"));
}

/// Writes data as one JSON object on one line.
pub(crate) fn data_json(value: &impl Serialize) {
    // The value has only texts, numbers, lists and maps with text keys, so it always serializes.
    if let Ok(text) = serde_json::to_string(value) {
        data(format_args!("{text}\n"));
    }
}

/// Writes a problem: for people, or as one JSON object on one line.
pub(crate) fn problem(problem: &Problem, form: Form) {
    match form {
        Form::Text => say(problem),
        Form::Json => say(json!({ "error": problem })),
    }
}
