//! The verdict: what the signals add up to under the policy, and why (R14, S17).
//!
//! A pure function of the tracks, of what is recorded of the pair, and of now. It always says why,
//! also why it does not fire.

mod alarm;
mod words;

use jiff::Timestamp;
use saga::SagaId;
use serde::{Deserialize, Serialize};

pub use alarm::Level;
pub use words::sentences;

use crate::pair::Side;
use crate::signal::{Origin, Reading, Track};

/// What Switchback may do by itself when the verdict fires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Tells people, and nothing else.
    Watch,
    /// Makes a plan and waits for a person.
    #[default]
    Ask,
    /// Freezes deployments and fences at once, and asks before anything is started on the target.
    FenceThenAsk,
    /// Begins when the veto time has passed, if everything still agrees.
    Act {
        /// The person who has accepted, for the team, what an unplanned failover risks (S10).
        accepted_by: String,
    },
}

impl Mode {
    /// The word that configurations use.
    pub fn as_str(&self) -> &'static str {
        match self {
            Mode::Watch => "watch",
            Mode::Ask => "ask",
            Mode::FenceThenAsk => "fence-then-ask",
            Mode::Act { .. } => "act",
        }
    }
}

/// What the team has decided about noticing. Durations are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchPolicy {
    /// What may be done.
    pub mode: Mode,
    /// So many origins of different kinds must agree, at least two.
    pub origins: usize,
    /// For so long, without a gap.
    pub for_s: i64,
    /// So long everything must be healthy before it is over; longer than `for_s`.
    pub clear_s: i64,
    /// So long nothing is proposed again.
    pub cool_down_s: i64,
    /// All of them may be merely degraded; else one must read down.
    pub degraded_is_enough: bool,
    /// Under `act`: so long people may say no.
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

/// A person has stopped everything but looking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// Since when.
    pub at: Timestamp,
}

/// The time in which nothing is proposed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoolDown {
    /// The last saga.
    pub saga: SagaId,
    /// Until when.
    pub until: Timestamp,
    /// Who ended it early, if somebody did.
    pub acknowledged_by: Option<String>,
}

/// What is recorded of the pair, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// A person's freeze.
    pub freeze: Option<Freeze>,
    /// The pair's unfinished saga.
    pub saga: Option<SagaId>,
    /// The cool-down after the last one.
    pub cool_down: Option<CoolDown>,
}

/// Everything a verdict is made of.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Now.
    pub now: Timestamp,
    /// The side that works.
    pub active: Side,
    /// What was said, about both sides.
    pub tracks: &'a [Track],
    /// The team's policy.
    pub policy: &'a WatchPolicy,
    /// What is recorded of the pair.
    pub standing: &'a Standing,
}

/// One thing that somebody says, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The source's name.
    pub source: String,
    /// What it is about within the source.
    pub subject: String,
    /// What it reads now.
    pub reading: Reading,
    /// Since when it has read so without a gap; of what is unknown, the time of the last look.
    pub since: Timestamp,
    /// What it said last.
    pub text: String,
}

/// One origin as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Which.
    pub origin: Origin,
    /// The worst that it says now.
    pub reading: Reading,
    /// Since when it has spoken against the side without a gap; `None` if it does not.
    pub bad_since: Option<Timestamp>,
    /// What it says, the worst first, of [`Agreement::KEPT`] things at most.
    pub evidence: Vec<Evidence>,
    /// So many more things it speaks of,
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
    /// and so many of those it speaks against.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_bad: usize,
}

impl Agreement {
    /// So many things of an origin are kept one by one before the rest is counted (S25).
    pub const KEPT: usize = 8;
}

fn is_none(more: &usize) -> bool {
    *more == 0
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// People are told; nobody is asked.
    Tell,
    /// A plan is made and a person is asked.
    Propose,
    /// The same, and the side is fenced at once.
    FenceAndPropose,
    /// The same as `Propose`, and it begins when nobody says no in time.
    Act,
}

/// Why nothing is proposed although, or because.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// Nobody says anything: that is neither healthy nor down.
    NothingKnown,
    /// No origin speaks against the side.
    NoneBad,
    /// Fewer origins than needed agree.
    TooFew {
        /// So many.
        have: usize,
        /// Needed.
        need: usize,
    },
    /// They agree, but nobody says that it is down.
    NoneDown,
    /// They agree, but not for long enough.
    NotLongEnough {
        /// Since when.
        since: Timestamp,
        /// In seconds.
        need_s: i64,
    },
    /// It has fired, and is not over until everything is healthy for so long.
    NotOver {
        /// When it fired.
        since: Timestamp,
        /// In seconds.
        clear_s: i64,
    },
    /// It fires.
    Fires {
        /// When it fired.
        since: Timestamp,
        /// So many origins.
        origins: usize,
    },
    /// A person has frozen the pair.
    Frozen(Freeze),
    /// A saga is under way.
    SagaUnderWay {
        /// Which.
        saga: SagaId,
    },
    /// A saga has ended a short while ago.
    CoolingDown(CoolDown),
    /// The policy says to watch only.
    WatchOnly,
    /// The other side is not well either.
    OtherSideToo {
        /// Which side.
        side: Side,
        /// The worst that is said of it.
        reading: Reading,
    },
}

/// What the signals add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When it was given.
    pub at: Timestamp,
    /// The side it is about: the one that works.
    pub side: Side,
    /// How alarming it is.
    pub level: Level,
    /// What is to be done.
    pub decision: Decision,
    /// Why, and why not more.
    pub reasons: Vec<Reason>,
    /// The first signal of the trouble that goes on: the clocks begin here (R16).
    pub noticed_at: Option<Timestamp>,
    /// Since when somebody says that the side is down.
    pub down_since: Option<Timestamp>,
    /// Who says what of this side.
    pub origins: Vec<Agreement>,
    /// Who says what of the other side.
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
    // It is proposed while it is so, not because it once was.
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
        // What nobody has seen to is fenced only if there is somewhere to go.
        Mode::FenceThenAsk if other == Reading::Down => Decision::Propose,
        Mode::FenceThenAsk => Decision::FenceAndPropose,
        Mode::Act { .. } if other.is_bad() => Decision::Propose,
        Mode::Act { .. } => Decision::Act,
    }
}

impl CoolDown {
    /// Whether it still holds proposals back.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.acknowledged_by.is_none() && now < self.until
    }
}

/// Whether a saga that waits out its veto may begin: everything must agree now, and the deep probe from
/// outside the leaving region must fail. Its own saga is under way, which is no reason against it.
pub fn still_agrees(case: &Case<'_>) -> bool {
    let without = Standing { saga: None, cool_down: None, ..case.standing.clone() };
    let verdict = judge(&Case { standing: &without, ..*case });
    verdict.decision == Decision::Act
        && verdict.origins.iter().any(|a| a.origin == Origin::Probe && a.reading == Reading::Down)
}
