//! The verdict: the sum of the signals under the policy, with its reasons (R14, S17).
//!
//! It is a pure function of the tracks, of the record of the pair, and of the current time. It always gives its
//! reasons, also when it does not fire.

mod alarm;
mod words;

use jiff::Timestamp;
use saga::SagaId;
use serde::{Deserialize, Serialize};

pub use alarm::Level;
pub use words::sentences;

use crate::pair::Side;
use crate::signal::{Origin, Reading, Track};

/// The mode of a policy says what Switchback does by itself when the verdict fires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It informs people, and does nothing else.
    Watch,
    /// It makes a plan and waits for a person.
    #[default]
    Ask,
    /// It freezes deployments and fences at once, and asks before anything is started on the target.
    FenceThenAsk,
    /// It begins when the veto time has passed, if everything still agrees.
    Act {
        /// The person who has accepted, for the team, the risk of an unplanned failover (S10).
        accepted_by: String,
    },
}

impl Mode {
    /// The word that configurations use, e.g. `fence-then-ask`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Mode::Watch => "watch",
            Mode::Ask => "ask",
            Mode::FenceThenAsk => "fence-then-ask",
            Mode::Act { .. } => "act",
        }
    }
}

/// The team's policy for detection. Durations are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchPolicy {
    /// The mode of the policy.
    pub mode: Mode,
    /// Number of origins of different kinds that must agree, at least two.
    pub origins: usize,
    /// In seconds: how long they must agree, without a gap.
    pub for_s: i64,
    /// In seconds: how long everything must be healthy before it is over; longer than `for_s`.
    pub clear_s: i64,
    /// In seconds: how long nothing is proposed again.
    pub cool_down_s: i64,
    /// Whether all of them may be merely degraded. Otherwise one must read down.
    pub degraded_is_enough: bool,
    /// In seconds, under `act`: how long people may say no.
    pub veto_s: i64,
}

impl Default for WatchPolicy {
    fn default() -> Self {
        Self {
            mode: Mode::Ask,
            origins: 2,
            for_s: 300,
            clear_s: 900,
            cool_down_s: 3_600,
            degraded_is_enough: false,
            veto_s: 600,
        }
    }
}

/// The pause of the automation: a person has stopped everything except watching.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Name of the person.
    pub by: String,
    /// Reason that the person gave.
    pub why: String,
    /// When the pause began.
    pub at: Timestamp,
}

/// The cool-down: the time in which nothing is proposed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoolDown {
    /// Id of the last saga.
    pub saga: SagaId,
    /// End of the cool-down.
    pub until: Timestamp,
    /// Name of the person who ended it early; `None` if nobody did.
    pub acknowledged_by: Option<String>,
}

/// The status of the pair, as far as the verdict needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The pause of the automation, if there is one.
    pub freeze: Option<Freeze>,
    /// Id of the pair's unfinished saga.
    pub saga: Option<SagaId>,
    /// The cool-down after the last saga.
    pub cool_down: Option<CoolDown>,
}

/// Everything a verdict is made of.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The current time.
    pub now: Timestamp,
    /// The active side.
    pub active: Side,
    /// The tracks of both sides.
    pub tracks: &'a [Track],
    /// The team's policy.
    pub policy: &'a WatchPolicy,
    /// The status of the pair.
    pub standing: &'a Standing,
}

/// The statement of one thing of a source, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Name of the source.
    pub source: String,
    /// Subject within the source.
    pub subject: String,
    /// Reading of it now.
    pub reading: Reading,
    /// When it began to read so, without a gap since. For an unknown reading, the time of the last reading.
    pub since: Timestamp,
    /// Text of its last signal.
    pub text: String,
}

/// The statement of one origin, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The origin that speaks.
    pub origin: Origin,
    /// Its worst reading now.
    pub reading: Reading,
    /// When it began to speak against the side, without a gap since; `None` if it does not.
    pub bad_since: Option<Timestamp>,
    /// The things that it speaks about, the worst first, [`Agreement::KEPT`] at most.
    pub evidence: Vec<Evidence>,
    /// Number of further things that it speaks about.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
    /// Number of further things that it speaks against.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_bad: usize,
}

impl Agreement {
    /// Number of things of an origin that are kept one by one. The rest is counted (S25).
    pub const KEPT: usize = 8;
}

fn is_none(more: &usize) -> bool {
    *more == 0
}

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

/// A reason for the decision, or against a stronger one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// No source says anything, which is neither healthy nor down.
    NothingKnown,
    /// No origin speaks against the side.
    NoneBad,
    /// Fewer origins agree than are needed.
    TooFew {
        /// Number of origins that agree.
        have: usize,
        /// Number of origins that are needed.
        need: usize,
    },
    /// Enough origins agree, but none of them reads down.
    NoneDown,
    /// Enough origins agree, but not for long enough.
    NotLongEnough {
        /// When they began to agree.
        since: Timestamp,
        /// In seconds: how long they must agree.
        need_s: i64,
    },
    /// It has fired. It is over when everything has been healthy for `clear_s`.
    NotOver {
        /// When it fired.
        since: Timestamp,
        /// In seconds: how long everything must be healthy.
        clear_s: i64,
    },
    /// It fires.
    Fires {
        /// When it fired.
        since: Timestamp,
        /// Number of origins that agree.
        origins: usize,
    },
    /// A person has paused the automation.
    Frozen(Freeze),
    /// A saga is under way.
    SagaUnderWay {
        /// Id of the saga.
        saga: SagaId,
    },
    /// A saga ended a short while ago.
    CoolingDown(CoolDown),
    /// The policy says to watch only.
    WatchOnly,
    /// The other side is not well either.
    OtherSideToo {
        /// The other side.
        side: Side,
        /// The worst reading of it.
        reading: Reading,
    },
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
    let standing = case.standing;
    if let Some(saga) = &standing.saga {
        reasons.push(Reason::SagaUnderWay { saga: saga.clone() });
        return Decision::Nothing;
    }
    if let Some(freeze) = &standing.freeze {
        reasons.push(Reason::Frozen(freeze.clone()));
        return Decision::Nothing;
    }
    if let Some(cool_down) = standing.cool_down.as_ref().filter(|cool_down| cool_down.holds(case.now)) {
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

impl CoolDown {
    /// Whether it still prevents proposals.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.acknowledged_by.is_none() && now < self.until
    }
}

/// Whether a saga may begin after its veto time. Everything must agree now, and the origin of the probes must read
/// down. Neither its own saga, which is under way, nor a cool-down is a reason against it.
pub fn still_agrees(case: &Case<'_>) -> bool {
    let without = Standing { saga: None, cool_down: None, ..case.standing.clone() };
    let verdict = judge(&Case { standing: &without, ..*case });
    verdict.decision == Decision::Act
        && verdict.origins.iter().any(|a| a.origin == Origin::Probe && a.reading == Reading::Down)
}
