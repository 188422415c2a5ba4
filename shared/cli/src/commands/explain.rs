//! `switchback explain CODE`: shows the page of advice for a fault.

use runtime::advice::{PAGES, page};
use runtime::{Exit, Problem};
use serde_json::json;

use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The code as a story or an error shows it, e.g. PERMISSION-DENIED.
    code: String,
}

/// Runs `switchback explain`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let found = page(&arguments.code).ok_or_else(|| {
        let known: Vec<&str> = PAGES.iter().map(|(code, _)| *code).collect();
        Problem::refused("UNKNOWN-CODE", format!("there is no code {:?}: {}", arguments.code, known.join(", ")))
    })?;
    if form == Form::Json {
        data_json(&json!({ "code": arguments.code.to_ascii_uppercase(), "page": found }));
    } else {
        data(found);
    }
    Ok(Exit::Fine)
}
