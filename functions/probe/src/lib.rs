//! Probes both sides, reads the reports of others about them, and gives the verdict.
//!
//! Trigger: the one-minute schedule. The content of the event does not matter: the record says what is due. In a
//! second region the same function only reads (`SWITCHBACK_JUDGE=no`): it sees the sides from another place.

use engine::Deps;
use engine::detection::{evaluate, poll};
use engine::ports::StoreError;
use runtime::metrics::Metric;
use serde_json::{Value, json};

/// The name of the place where this runs, and whether the verdict is given here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The name of the place where probes run, e.g. the region.
    pub place: String,
    /// Whether the verdict is given here.
    pub judges: bool,
}

/// Reads once, and gives the verdict.
///
/// # Errors
///
/// [`StoreError`] if the readings could not be recorded. The next minute reads again.
pub async fn handle(deps: &Deps, post: &Post) -> Result<Value, StoreError> {
    let looked = poll(deps, &post.place).await?;
    for silent in &looked.silent {
        tracing::warn!(code = "SOURCE-SILENT", "{silent}");
    }
    if !post.judges {
        return Ok(json!({ "signals": looked.signals, "silent": looked.silent.len() }));
    }
    let noticed = evaluate(deps).await?;
    let verdict = &noticed.verdict;
    Ok(json!({
        "signals": looked.signals,
        "silent": looked.silent.len(),
        "level": verdict.level,
        "decision": verdict.decision,
        "saga": noticed.saga,
    }))
}

/// The metrics of an answer of [`handle`].
pub fn metrics(answer: &Value) -> Vec<Metric> {
    let count = |name: &str| answer.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let levels = ["dark", "calm", "suspected", "alarmed"];
    let level = answer.get("level").and_then(Value::as_str);
    let level = level.and_then(|word| levels.iter().position(|known| *known == word));
    [
        level.and_then(|place| u8::try_from(place).ok()).map(Metric::VerdictLevel),
        count("signals").map(Metric::SignalsTaken),
        count("silent").map(Metric::SourcesSilent),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_measured_and_a_place_that_does_not_judge_tells_no_level() {
        let whole = json!({ "signals": 7, "silent": 1, "level": "alarmed", "decision": "propose" });
        assert_eq!(metrics(&whole), [Metric::VerdictLevel(3), Metric::SignalsTaken(7), Metric::SourcesSilent(1)]);
        assert_eq!(metrics(&json!({ "signals": 0, "silent": 0 })), [Metric::SignalsTaken(0), Metric::SourcesSilent(0)]);
    }
}
