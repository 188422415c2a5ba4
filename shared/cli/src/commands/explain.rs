//! `switchback explain CODE`: shows the page of advice for a fault.

use runtime::advice::{PAGES, page};
use runtime::{Exit, Problem};
use serde_json::json;

use crate::terminal::nearest::nearest;
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The code as a story or an error shows it, e.g. PERMISSION-DENIED.
    #[arg(required_unless_present = "list")]
    code: Option<String>,
    /// List all codes, each with the first sentence of its page.
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

/// Runs `switchback explain`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let Some(code) = arguments.code.as_deref().filter(|_| !arguments.list) else {
        list(form);
        return Ok(Exit::Fine);
    };
    let found = page(code).ok_or_else(|| unknown(code))?;
    if form == Form::Json {
        data_json(&json!({ "code": code.to_ascii_uppercase(), "page": found }));
    } else {
        data(found);
    }
    Ok(Exit::Fine)
}

fn unknown(code: &str) -> Problem {
    let meant = match nearest(code, PAGES.iter().map(|(known, _)| *known)) {
        Some(meant) => format!("did you mean {meant}? "),
        None => "a code looks like NO-ANSWER; ".to_owned(),
    };
    let message = format!("there is no code {code:?}: {meant}`switchback explain --list` lists all");
    Problem::refused("UNKNOWN-CODE", message)
}

fn list(form: Form) {
    let pages: Vec<(&str, &str)> = PAGES.iter().map(|(code, page)| (*code, first_sentence(page))).collect();
    if form == Form::Json {
        let listed: Vec<_> = pages.iter().map(|(code, means)| json!({ "code": code, "means": means })).collect();
        data_json(&listed);
        return;
    }
    let widest = pages.iter().map(|(code, _)| code.len()).max().unwrap_or_default();
    for (code, means) in pages {
        data(format_args!("{code:<widest$}  {means}\n"));
    }
}

/// The first line of a page below its heading.
fn first_sentence(page: &str) -> &str {
    page.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
}
