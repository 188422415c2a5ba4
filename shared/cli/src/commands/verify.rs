//! `switchback verify FILE`: checks whether evidence was altered. It is offline and needs nothing but the file.

use std::path::PathBuf;

use failover::evidence::{Verified, verify};
use runtime::{Exit, Problem};
use serde_json::json;

use crate::terminal::talk::{Form, data, data_json};

/// How many findings are listed one by one.
const TOLD: usize = 20;

/// The arguments of `switchback verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A record (JSON) or its page (HTML).
    file: PathBuf,
    /// The seal of the record from another place: the history, the bucket, another copy.
    #[arg(long, value_name = "HASH")]
    seal: Option<String>,
}

/// Runs `switchback verify`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let file = arguments.file.display();
    let bytes = std::fs::read(&arguments.file)
        .map_err(|e| Problem::refused("EVIDENCE-UNREADABLE", format!("{file} cannot be read: {e}")))?;
    let evidence_renderer = runtime::boot::evidence_renderer();
    let seal = arguments.seal.as_ref().map(|seal| seal.trim().to_lowercase());
    match verify(&bytes, seal.as_deref(), &|record| evidence_renderer.page(record)) {
        Ok(verified) => {
            tell(form, &verified, seal.is_some());
            Ok(Exit::Fine)
        }
        Err(found) => {
            let mut told: Vec<String> = found.iter().take(TOLD).map(ToString::to_string).collect();
            if found.len() > TOLD {
                told.push(format!("and {} more", found.len() - TOLD));
            }
            Err(Problem::failed("EVIDENCE-ALTERED", format!("{file} was altered:\n  {}", told.join("\n  "))))
        }
    }
}

fn tell(form: Form, verified: &Verified, compared: bool) {
    let Verified { saga, pair, kind, seal, .. } = verified;
    if form == Form::Json {
        data_json(&json!({
            "saga": saga, "pair": pair, "kind": kind, "outcome": verified.outcome, "seal": seal,
            "page_seal": verified.page_seal, "lines": verified.lines, "steps": verified.steps,
            "compared_with_recorded_seal": compared,
        }));
        return;
    }
    data(format_args!(
        "unaltered: {kind} {saga} of pair {pair}, {:?}\n{} lines follow from each other, {} steps follow from them\nseal {seal}\n",
        verified.outcome, verified.lines, verified.steps,
    ));
    data(if compared {
        "it is the record whose seal was given\n"
    } else {
        "compare the seal with one that was kept elsewhere, with --seal: alone, it proves only that the file agrees with itself\n"
    });
}
