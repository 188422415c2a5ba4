//! `switchback explain CODE`: the page of advice for a fault.

use rim::advice::{PAGES, page};
use rim::{Exit, Problem};

/// Which code.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// As it stands in a story or an error, e.g. PERMISSION-DENIED.
    code: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    let found = page(&arguments.code).ok_or_else(|| {
        let known: Vec<&str> = PAGES.iter().map(|(code, _)| *code).collect();
        Problem::refused("UNKNOWN-CODE", format!("there is no code {:?}: {}", arguments.code, known.join(", ")))
    })?;
    print!("{found}");
    Ok(Exit::Fine)
}
