//! The verdict: the sum of the signals under the policy, with its reasons (R14, S17).
//!
//! It is a pure function of the tracks, of the record of the pair, and of the current time. It always gives its
//! reasons, also when it does not fire.

mod agreement;
mod alarm;
mod case;
mod policy;
mod reason;
mod situation;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use agreement::{Agreement, Evidence};
pub use alarm::Level;
pub use case::Case;
pub use policy::{Mode, WatchPolicy};
pub use reason::Reason;
pub use situation::{AutomationPause, CoolDown, PairSituation};
pub use words::sentences;

use crate::pair::Side;
use crate::signal::{Origin, Reading};

/// The decision of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing is done.
    Nothing,
    /// People are informed, and nobody is asked.
    Tell,
    /// A plan is made and a person is asked.
    Propose,
    /// A plan is made, a person is asked, and the side is fenced at once.
    FenceAndPropose,
    /// A plan is made and a person is asked. It begins if nobody says no in time.
    Act,
}

/// The verdict on the active side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When it was given.
    pub at: Timestamp,
    /// The side that it is about, which is the active side.
    pub side: Side,
    /// How alarming the signals are.
    pub level: Level,
    /// The decision of the verdict.
    pub decision: Decision,
    /// The reasons for the decision, and against a stronger one.
    pub reasons: Vec<Reason>,
    /// When the first signal of the trouble that goes on was seen. The clocks begin here (R16).
    pub noticed_at: Option<Timestamp>,
    /// When origins began to read down, without a gap since.
    pub down_since: Option<Timestamp>,
    /// The origins and their readings of this side.
    pub origins: Vec<Agreement>,
    /// The origins and their readings of the other side.
    pub other_side: Vec<Agreement>,
}

/// Gives the verdict.
pub fn judge(case: &Case<'_>) -> Verdict {
    let alarm = alarm::look(case, case.active);
    let other_side = alarm::agreements(case, case.active.other());
    let mut reasons = alarm.reasons.clone();
    let other_reading = other_side.iter().map(|agreement| agreement.reading).max().unwrap_or(Reading::Unknown);
    if other_reading.is_bad() {
        reasons.push(Reason::OtherSideToo { side: case.active.other(), reading: other_reading });
    }
    let decision = decide(case, &alarm, other_reading, &mut reasons);
    Verdict {
        at: case.now,
        side: case.active,
        level: alarm.level,
        decision,
        reasons,
        noticed_at: alarm.noticed_at,
        down_since: alarm.down_since,
        origins: alarm.origins,
        other_side,
    }
}

fn decide(case: &Case<'_>, alarm: &alarm::Alarm, other: Reading, reasons: &mut Vec<Reason>) -> Decision {
    match alarm.level {
        Level::Calm | Level::Dark | Level::Suspected => return Decision::Nothing,
        Level::Alarmed => {}
    }
    // A failover is proposed while the condition holds, and not because it once held.
    if !alarm.fires_now {
        return Decision::Nothing;
    }
    let situation = case.situation;
    if let Some(saga) = &situation.saga {
        reasons.push(Reason::SagaUnderWay { saga: saga.clone() });
        return Decision::Nothing;
    }
    if let Some(freeze) = &situation.freeze {
        reasons.push(Reason::Frozen(freeze.clone()));
        return Decision::Nothing;
    }
    if let Some(cool_down) = situation.cool_down.as_ref().filter(|cool_down| cool_down.holds(case.now)) {
        reasons.push(Reason::CoolingDown(cool_down.clone()));
        return Decision::Nothing;
    }
    match &case.policy.mode {
        Mode::Watch => {
            reasons.push(Reason::WatchOnly);
            Decision::Tell
        }
        Mode::Ask => Decision::Propose,
        // No person has seen the trouble, so the side is fenced only if the work can go to the other side.
        Mode::FenceThenAsk if other == Reading::Down => Decision::Propose,
        Mode::FenceThenAsk => Decision::FenceAndPropose,
        Mode::Act { .. } if other.is_bad() => Decision::Propose,
        Mode::Act { .. } => Decision::Act,
    }
}

/// Whether a saga may begin after its veto time. Everything must agree now, and the origin of the probes must read
/// down. Neither its own saga, which is under way, nor a cool-down is a reason against it.
pub fn still_agrees(case: &Case<'_>) -> bool {
    let without = PairSituation { saga: None, cool_down: None, ..case.situation.clone() };
    let verdict = judge(&Case { situation: &without, ..*case });
    verdict.decision == Decision::Act
        && verdict.origins.iter().any(|a| a.origin == Origin::Probe && a.reading == Reading::Down)
}
