//! Keeps a checkpoint of both sides, and publishes which side is active.
//!
//! Trigger: a schedule, every five minutes. The content of the event does not matter: both sides are read in their
//! present state. If a side does not answer, the function does not fail: its answer and the metrics say so.

use engine::Deps;
use engine::ports::StoreError;
use engine::sync::{Captured, Publishing, SideSynced, Synced, sync};
use jiff::Timestamp;
use runtime::metrics::Metric;
use serde::Serialize;

/// The answer of one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    primary: SideAnswer,
    published: &'static str,
    standby: SideAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct SideAnswer {
    active: bool,
    /// Age of the latest checkpoint.
    age_s: Option<i64>,
    captured: &'static str,
    /// When the latest checkpoint was taken.
    checkpoint: Option<Timestamp>,
    resources: Option<usize>,
    why_not: Option<String>,
}

/// Makes one round over both sides.
///
/// # Errors
///
/// [`StoreError`] if the record could not be read or written. The next round tries again.
pub async fn handle(deps: &Deps) -> Result<Answer, StoreError> {
    let synced = sync(deps).await?;
    Ok(answer(&synced, deps.clock.now()))
}

fn answer(synced: &Synced, now: Timestamp) -> Answer {
    let published = match synced.publishing {
        Publishing::AsRecorded => "as recorded",
        Publishing::Written => "written",
        Publishing::LeftToSaga => "left to the saga",
    };
    let [primary, standby] = synced.sides.each_ref().map(|side| of_side(side, now));
    Answer { primary, published, standby }
}

fn of_side(synced: &SideSynced, now: Timestamp) -> SideAnswer {
    let (captured, resources, why_not) = match &synced.captured {
        Captured::Latest { resources } => ("latest", Some(*resources), None),
        Captured::Version { resources, why } => ("version", Some(*resources), Some(why.clone())),
        Captured::Nothing { why } => ("nothing", None, Some(why.clone())),
    };
    let age_s = synced.taken_at.map(|taken_at| now.duration_since(taken_at).as_secs().max(0));
    SideAnswer { active: synced.active, age_s, captured, checkpoint: synced.taken_at, resources, why_not }
}

/// The metrics of an answer of [`handle`]: the age of each side's latest checkpoint. A side without one has no
/// metric.
pub fn metrics(answer: &Answer) -> Vec<Metric> {
    let measured = [&answer.primary, &answer.standby].into_iter().filter_map(|side| {
        let age_s = side.age_s?;
        Some(if side.active { Metric::ActiveCheckpointAge(age_s) } else { Metric::InactiveCheckpointAge(age_s) })
    });
    measured.collect()
}

#[cfg(test)]
mod tests {
    use failover::Side;
    use serde_json::json;

    use super::*;

    fn synced(captured: Captured, taken_at: Option<Timestamp>) -> Answer {
        let side = |side, active, captured, taken_at| SideSynced { side, active, captured, taken_at };
        let primary = side(Side::Primary, true, captured, taken_at);
        let standby = side(Side::Standby, false, Captured::Latest { resources: 3 }, Some(Timestamp::UNIX_EPOCH));
        let now = Timestamp::from_second(90).unwrap();
        answer(&Synced { sides: [primary, standby], publishing: Publishing::Written }, now)
    }

    #[test]
    fn an_answer_says_of_each_side_what_is_kept_or_why_not() {
        let answered = synced(Captured::Nothing { why: "it does not answer".to_owned() }, None);
        let dark = json!({
            "active": true, "captured": "nothing", "resources": null, "why_not": "it does not answer",
            "checkpoint": null, "age_s": null,
        });
        let well = json!({
            "active": false, "captured": "latest", "resources": 3, "why_not": null,
            "checkpoint": "1970-01-01T00:00:00Z", "age_s": 90,
        });
        let wanted = json!({ "primary": dark, "standby": well, "published": "written" });
        assert_eq!(serde_json::to_string(&answered).unwrap(), wanted.to_string());
    }

    #[test]
    fn the_age_of_each_checkpoint_is_measured_and_that_of_none_is_not() {
        let kept = synced(Captured::Latest { resources: 7 }, Timestamp::from_second(30).ok());
        assert_eq!(metrics(&kept), [Metric::ActiveCheckpointAge(60), Metric::InactiveCheckpointAge(90)]);
        let none = synced(Captured::Nothing { why: String::new() }, None);
        assert_eq!(metrics(&none), [Metric::InactiveCheckpointAge(90)]);
    }
}
