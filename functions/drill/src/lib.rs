//! Starts the drills that are due by their schedules, and reports the missed ones.
//!
//! Trigger: a schedule, every quarter of an hour. The content of the event does not matter: the record says what is
//! due.

use engine::Deps;
use engine::drills::DrillOutcome;
use engine::drills::scheduled::{Did, Scheduled, round};
use engine::ports::StoreError;
use runtime::metrics::Metric;
use serde::Serialize;

/// The answer of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The number of drills that were missed.
    pub missed: usize,
    /// The number of schedules that are configured.
    pub schedules: usize,
    /// The names of the schedules whose drill was not begun yet.
    pub wait: Vec<String>,
}

/// Goes through every schedule once.
///
/// # Errors
///
/// [`StoreError`] if something could not be recorded. The next run goes on.
pub async fn handle(deps: &Deps) -> Result<Answer, StoreError> {
    let done = round(deps).await?;
    let missed = done.iter().filter(|scheduled| is_missed(scheduled)).count();
    let waits = done.into_iter().filter(|scheduled| matches!(scheduled.did, Did::NotBegun(_)));
    let wait = waits.map(|scheduled| scheduled.name).collect();
    Ok(Answer { missed, schedules: deps.pair.watch.drills.len(), wait })
}

/// The metrics of an answer of [`handle`]. There are none if no drill is configured.
pub fn metrics(answer: &Answer) -> Vec<Metric> {
    if answer.schedules == 0 { Vec::new() } else { vec![Metric::DrillsMissed(answer.missed)] }
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
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_missed_is_measured_where_a_drill_is_configured() {
        let answer = |schedules, missed| Answer { missed, schedules, wait: Vec::new() };
        assert_eq!(metrics(&answer(2, 1)), [Metric::DrillsMissed(1)]);
        assert_eq!(metrics(&answer(0, 0)), []);
    }

    #[test]
    fn an_answer_names_what_waits() {
        let answer = Answer { missed: 1, schedules: 2, wait: vec!["monthly".to_owned()] };
        let wanted = json!({ "schedules": 2, "missed": 1, "wait": ["monthly"] });
        assert_eq!(serde_json::to_string(&answer).unwrap(), wanted.to_string());
    }
}
