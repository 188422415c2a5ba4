//! Prints a dry run: the calls that a run of a plan would make.

use engine::dry_run::{DryRun, text};
use failover::text::Detail;
use serde_json::json;

use crate::terminal::talk::{Form, data, data_json};

/// Prints a dry run.
pub(crate) fn show(full: bool, form: Form, foreseen: &DryRun) {
    if form == Form::Json {
        data_json(&json!(foreseen));
    } else {
        let detail = if full { Detail::Full } else { Detail::Counts };
        data(text(foreseen, detail));
    }
}
