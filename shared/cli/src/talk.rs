//! Data on stdout, talk on stderr.
//!
//! Law: what cannot be shown stops nothing. A failover whose terminal went away goes on.

use std::fmt::Display;
use std::io::Write as _;

use rim::Problem;
use serde::Serialize;
use serde_json::json;

/// One line of talk.
pub(crate) fn say(text: impl Display) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Data, as it is.
pub(crate) fn data(text: impl Display) {
    drop(write!(std::io::stdout(), "{text}"));
}

/// Data as one JSON object on one line.
pub(crate) fn data_json(value: &impl Serialize) {
    // What is told here holds texts, numbers, lists and maps with text keys: it always serializes.
    if let Ok(text) = serde_json::to_string(value) {
        data(format_args!("{text}\n"));
    }
}

/// What went wrong: for people, or as one JSON object on one line.
pub(crate) fn problem(problem: &Problem, as_json: bool) {
    if as_json {
        say(json!({ "error": problem }));
    } else {
        say(problem);
    }
}
