//! Prints a dry run: the calls that a run of a plan would make.

use engine::dry_run::{DryRun, text};
use failover::text::Detail;
use serde_json::json;

use crate::terminal::talk::{data, data_json};

/// Prints a dry run.
pub(crate) fn show(full: bool, json: bool, foreseen: &DryRun) {
    if json {
        data_json(&json!(foreseen));
    } else {
        let detail = if full { Detail::Full } else { Detail::Counts };
        data(text(foreseen, detail));
    }
}
