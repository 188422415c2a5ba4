//! Starts the drills that are due by their schedules, and reports the missed ones.
//!
//! Trigger: a schedule, every quarter of an hour. The content of the event does not matter: the record says what is
//! due.

use engine::Deps;
use engine::drills::DrillOutcome;
use engine::drills::scheduled::{Did, Scheduled, round};
use engine::ports::StoreError;
use runtime::metrics::Metric;
use serde_json::{Value, json};

/// Goes through every schedule once.
///
/// # Errors
///
/// [`StoreError`] if something could not be recorded. The next run goes on.
pub async fn handle(deps: &Deps) -> Result<Value, StoreError> {
    let done = round(deps).await?;
    let missed = done.iter().filter(|scheduled| is_missed(scheduled)).count();
    let waits: Vec<&str> = done
        .iter()
        .filter(|scheduled| matches!(scheduled.did, Did::NotBegun(_)))
        .map(|scheduled| scheduled.name.as_str())
        .collect();
    Ok(json!({ "schedules": deps.pair.watch.drills.len(), "missed": missed, "wait": waits }))
}

/// The metrics of an answer of [`handle`]. There are none if no drill is configured.
pub fn metrics(answer: &Value) -> Vec<Metric> {
    let count = |name: &str| answer.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    if count("schedules").is_none_or(|schedules| schedules == 0) {
        return Vec::new();
    }
    count("missed").map(Metric::DrillsMissed).into_iter().collect()
}

fn is_missed(scheduled: &Scheduled) -> bool {
    match &scheduled.did {
        Did::Settled(_, DrillOutcome::Missed) => true,
        Did::Settled(_, DrillOutcome::Begun | DrillOutcome::Ended(_))
        | Did::Nothing
        | Did::NotBegun(_)
        | Did::Began(_)
        | Did::Stopped => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_missed_is_measured_where_a_drill_is_configured() {
        assert_eq!(metrics(&json!({ "schedules": 2, "missed": 1 })), [Metric::DrillsMissed(1)]);
        assert_eq!(metrics(&json!({ "schedules": 0, "missed": 0 })), []);
    }
}
