//! Probes both sides, reads the reports of others about them, and gives the verdict.
//!
//! Trigger: the one-minute schedule. The content of the event does not matter: the record says what is due. In a
//! second region the same function only reads (`SWITCHBACK_JUDGE=no`): it sees the sides from another place.

use engine::Deps;
use engine::detection::{evaluate, poll};
use engine::ports::StoreError;
use failover::verdict::{Decision, Level};
use runtime::metrics::Metric;
use saga::SagaId;
use serde::Serialize;

/// The name of the place where this runs, and whether the verdict is given here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The name of the place where probes run, e.g. the region.
    pub place: String,
    /// Whether the verdict is given here.
    pub judges: bool,
}

/// The answer of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The verdict; `None` where it is not given.
    #[serde(flatten)]
    pub given: Option<Given>,
    /// The number of signals that were ingested.
    pub signals: usize,
    /// The number of feeds without an answer.
    pub silent: usize,
}

/// The part of the answer that is about the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Given {
    /// The decision of the verdict.
    pub decision: Decision,
    /// How alarming the signals are.
    pub level: Level,
    /// The saga that was begun, if any.
    pub saga: Option<SagaId>,
}

/// Reads once, and gives the verdict.
///
/// # Errors
///
/// [`StoreError`] if the readings could not be recorded. The next minute reads again.
pub async fn handle(deps: &Deps, post: &Post) -> Result<Answer, StoreError> {
    let polled = poll(deps, &post.place).await?;
    for silent in &polled.silent {
        tracing::warn!(code = "SOURCE-SILENT", "{silent}");
    }
    let given = if post.judges {
        let evaluated = evaluate(deps).await?;
        let verdict = evaluated.verdict;
        Some(Given { decision: verdict.decision, level: verdict.level, saga: evaluated.saga })
    } else {
        None
    };
    Ok(Answer { given, signals: polled.signals, silent: polled.silent.len() })
}

/// The metrics of an answer of [`handle`].
pub fn metrics(answer: &Answer) -> Vec<Metric> {
    let level = answer.given.as_ref().map(|given| Metric::VerdictLevel(number(given.level)));
    let counts = [Metric::SignalsTaken(answer.signals), Metric::SourcesSilent(answer.silent)];
    level.into_iter().chain(counts).collect()
}

fn number(level: Level) -> u8 {
    match level {
        Level::Dark => 0,
        Level::Calm => 1,
        Level::Suspected => 2,
        Level::Alarmed => 3,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_measured_and_a_place_that_does_not_judge_tells_no_level() {
        let given = Given { decision: Decision::Propose, level: Level::Alarmed, saga: None };
        let whole = Answer { given: Some(given), signals: 7, silent: 1 };
        assert_eq!(metrics(&whole), [Metric::VerdictLevel(3), Metric::SignalsTaken(7), Metric::SourcesSilent(1)]);
        let unjudged = Answer { given: None, signals: 0, silent: 0 };
        assert_eq!(metrics(&unjudged), [Metric::SignalsTaken(0), Metric::SourcesSilent(0)]);
    }

    #[test]
    fn the_json_of_an_answer_has_a_verdict_only_where_it_is_given() {
        let given = Given { decision: Decision::Propose, level: Level::Alarmed, saga: None };
        let whole = Answer { given: Some(given), signals: 7, silent: 1 };
        let wanted = json!({ "signals": 7, "silent": 1, "level": "alarmed", "decision": "propose", "saga": null });
        assert_eq!(serde_json::to_string(&whole).unwrap(), wanted.to_string());
        let unjudged = Answer { given: None, signals: 0, silent: 0 };
        assert_eq!(serde_json::to_string(&unjudged).unwrap(), json!({ "signals": 0, "silent": 0 }).to_string());
    }
}
