//! Records the result of each drill, and reports it after that, so that no result is lost and each is reported.

use failover::drill::{DrillEnd, DrillKind, DrillPolicy, Period};
use jiff::Timestamp;
use saga::SagaId;
use saga::bounds::{TEXT, capped};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deps::Deps;
use crate::detection::notify_everybody;
use crate::document::{Content, Document, last_that_fit};
use crate::ports::{Message, StoreError};

/// The name under which the results are remembered.
const BOOK: &str = "drills";

/// The number of results that are kept. They are the last ones.
const KEPT: usize = 200;

/// The result of one drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillResult {
    /// The id, made of the schedule and the period, or of the saga. It is the same for the same drill, no matter who
    /// writes it.
    pub id: String,
    /// The drill's name.
    pub name: String,
    /// The kind of the drill, i.e. how far it goes.
    pub kind: DrillKind,
    /// The period that it was held for, if it belongs to a schedule.
    pub period: Option<String>,
    /// The time when this was recorded.
    pub at: Timestamp,
    /// The sagas of the drill, in their order.
    pub sagas: Vec<SagaId>,
    /// The outcome.
    pub outcome: DrillOutcome,
    /// The reason or the finding, in a sentence.
    pub why: String,
    /// Whether people were notified.
    pub told: bool,
}

/// The outcome of a drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DrillOutcome {
    /// It is under way.
    Begun,
    /// It is over.
    Ended(DrillEnd),
    /// Its time is over, and it did not run.
    Missed,
}

impl DrillOutcome {
    /// Whether people are notified of it.
    fn is_final(self) -> bool {
        match self {
            DrillOutcome::Begun => false,
            DrillOutcome::Ended(_) | DrillOutcome::Missed => true,
        }
    }

    /// The outcome in words, to follow the name of a drill.
    pub fn words(self) -> String {
        match self {
            DrillOutcome::Begun => "is under way".to_owned(),
            DrillOutcome::Ended(end) => end.to_string(),
            DrillOutcome::Missed => "was not held".to_owned(),
        }
    }
}

impl Content for Vec<DrillResult> {
    const LABEL: &'static str = "the results of drills";

    fn stored(&self) -> Result<Value, serde_json::Error> {
        last_that_fit(self, KEPT)
    }
}

/// The id of the result that belongs to a period of a schedule.
pub(super) fn id_of(policy: &DrillPolicy, period: Period) -> String {
    format!("{}/{period}", policy.name)
}

/// The result of a drill that belongs to a period of a schedule.
pub(super) fn of_period(
    deps: &Deps,
    policy: &DrillPolicy,
    period: Period,
    sagas: Vec<SagaId>,
    outcome: DrillOutcome,
    why: String,
) -> DrillResult {
    DrillResult {
        id: id_of(policy, period),
        name: policy.name.clone(),
        kind: policy.kind,
        period: Some(period.to_string()),
        at: deps.clock.now(),
        sagas,
        outcome,
        why,
        told: false,
    }
}

/// The results, the oldest first.
///
/// # Errors
///
/// [`StoreError`].
pub async fn results(deps: &Deps) -> Result<Vec<DrillResult>, StoreError> {
    Ok(Document::read(deps, BOOK).await?.content)
}

/// Records a result. A result with the same id is replaced, unless it is final. A second write of the same result
/// changes nothing.
///
/// # Errors
///
/// [`StoreError`].
pub async fn write_down(deps: &Deps, result: &DrillResult) -> Result<(), StoreError> {
    let result = DrillResult { why: capped(&result.why, TEXT), ..result.clone() };
    change(deps, |results| {
        let known = results.iter_mut().find(|known| known.id == result.id);
        match known {
            Some(known) if known.outcome.is_final() || *known == result => false,
            Some(known) => {
                *known = result.clone();
                true
            }
            None => {
                results.push(result.clone());
                true
            }
        }
    })
    .await
}

/// Sends people a message about every final result that has none yet. A crash between the message and its record
/// sends the message twice, and never loses it.
///
/// # Errors
///
/// [`StoreError`].
pub async fn tell_untold(deps: &Deps) -> Result<(), StoreError> {
    let untold = results(deps).await?.into_iter().filter(|result| result.outcome.is_final() && !result.told);
    for result in untold {
        notify_everybody(deps, &message(deps, &result)).await;
        change(deps, |results| {
            let known = results.iter_mut().find(|known| known.id == result.id && !known.told);
            known.map(|known| known.told = true).is_some()
        })
        .await?;
    }
    Ok(())
}

fn message(deps: &Deps, result: &DrillResult) -> Message {
    let subject =
        format!("[{}] the drill {:?} ({}) {}", deps.pair.name, result.name, result.kind, result.outcome.words());
    let period = result.period.as_ref().map_or_else(String::new, |period| format!("It was due {period}.\n"));
    let sagas: String =
        result.sagas.iter().map(|saga| format!("Its record: switchback report --saga {saga}\n")).collect();
    let remedy = match result.outcome {
        DrillOutcome::Begun | DrillOutcome::Ended(DrillEnd::Held) => "Nothing is to be done.",
        DrillOutcome::Ended(DrillEnd::TurnedBack) => {
            "What to do: find out why, write it down with `switchback lesson add`, and hold the drill again."
        }
        DrillOutcome::Ended(DrillEnd::NotBegun) => "What to do: hold it at another time.",
        DrillOutcome::Ended(DrillEnd::Abandoned) => {
            "What to do: `switchback status` tells where the work is, `switchback failback` brings it home."
        }
        DrillOutcome::Ended(DrillEnd::Promoted) => "What to do: drill the way back with the new homes.",
        DrillOutcome::Missed => {
            "What to do: `switchback drill` holds it by hand; what is not rehearsed is not known to work."
        }
    };
    Message { subject, text: format!("{}\n{period}{sagas}\n{remedy}\n", result.why) }
}

async fn change(deps: &Deps, with: impl Fn(&mut Vec<DrillResult>) -> bool) -> Result<(), StoreError> {
    Document::update(deps, BOOK, with).await.map(drop)
}
