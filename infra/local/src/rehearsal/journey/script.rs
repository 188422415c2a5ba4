//! What a script says about a journey: one saga after another on the same pair.

use failover::Course;
use failover::drill::FullDrill;
use serde::Deserialize;

/// One saga of a journey. Times are in seconds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// When it is ordered, since the rehearsal began; at once when the one before has ended later.
    pub at: i64,
    /// What is ordered.
    pub order: Course,
    /// The leaving side is well.
    #[serde(default = "yes")]
    pub planned: bool,
    /// How long the on-call engineer reads before the answer.
    #[serde(default)]
    pub answered_after: i64,
    /// So long after the answer the saga is aborted.
    pub aborted_after: Option<i64>,
    /// The window in which it may begin.
    pub window: Option<WindowScript>,
    /// What is made on the active side before the order, as a job of this name that is on.
    #[serde(default)]
    pub made: Vec<String>,
    /// Why the one step that waits for a person is waived, where one is.
    pub waived: Option<String>,
    /// Of a drill: it is a dry run.
    #[serde(default)]
    pub dry: bool,
    /// Of a full drill: how long the work stays on the standby.
    #[serde(default = "stays")]
    pub stay: i64,
    /// Of a full drill: its outcome alarm, and when that rises.
    pub alarm: Option<AlarmScript>,
    /// What is written down as learned.
    pub lesson: Option<String>,
    /// How it is expected to end.
    #[serde(default)]
    pub ends: LegEnd,
}

/// A window, in seconds since the rehearsal began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowScript {
    /// Not before.
    pub from: i64,
    /// Over by then.
    pub until: i64,
    /// How long it is expected to take.
    pub needs: i64,
}

/// An outcome alarm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmScript {
    /// Since the rehearsal began.
    pub at: i64,
    /// The name by which the drill knows it.
    pub named: String,
    /// Who says it.
    pub source: String,
    /// Of what.
    pub subject: String,
    /// What it says.
    pub says: String,
}

/// How a leg ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegEnd {
    /// Everything is verified.
    #[default]
    Completed,
    /// The order was refused.
    Refused,
    /// A person ended it.
    Aborted,
    /// A full drill was turned back, and the work is at home.
    TurnedBack,
    /// Only the pursuit is left.
    Pursuing,
    /// Blocked steps wait for a person.
    PersonNeeded,
}

impl LegEnd {
    /// The word that reports carry.
    pub fn as_str(self) -> &'static str {
        match self {
            LegEnd::Completed => "completed",
            LegEnd::Refused => "refused",
            LegEnd::Aborted => "aborted",
            LegEnd::TurnedBack => "turned-back",
            LegEnd::Pursuing => "pursuing",
            LegEnd::PersonNeeded => "person-needed",
        }
    }
}

fn stays() -> i64 {
    FullDrill::STAY_S
}

fn yes() -> bool {
    true
}
