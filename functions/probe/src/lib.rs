//! Looks at both sides and at what others say of them, and gives the verdict.
//!
//! Trigger: the one-minute schedule. The event does not matter: what is due is on record.
//! In a second region the same function only looks (`SWITCHBACK_JUDGE=no`): it is another place to see from.

use engine::Deps;
use engine::noticing::{judge, look};
use engine::ports::StoreError;
use serde_json::{Value, json};

/// Where this runs, and whether it judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The place that probes look from, e.g. the region.
    pub place: String,
    /// Whether the verdict is given here.
    pub judges: bool,
}

/// Looks once, and gives the verdict.
///
/// # Errors
///
/// [`StoreError`]: what was seen could not be recorded; the next minute looks again.
pub async fn handle(deps: &Deps, post: &Post) -> Result<Value, StoreError> {
    let looked = look(deps, &post.place).await?;
    for silent in &looked.silent {
        tracing::warn!(code = "SOURCE-SILENT", "{silent}");
    }
    if !post.judges {
        return Ok(json!({ "signals": looked.signals }));
    }
    let noticed = judge(deps).await?;
    let verdict = &noticed.verdict;
    Ok(json!({
        "signals": looked.signals,
        "level": verdict.level,
        "decision": verdict.decision,
        "saga": noticed.saga,
    }))
}
