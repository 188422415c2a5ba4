//! Defines the part of a script about a journey: one saga after another on the same pair.

use failover::Operation;
use failover::drill::FullDrill;
use serde::Deserialize;

/// One saga of a journey. Times are in seconds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// Time of the order since the rehearsal began. If the saga before ends later, the order comes at once.
    pub at: i64,
    /// The operation that is ordered.
    pub order: Operation,
    /// Whether the leaving side is well.
    #[serde(default = "yes")]
    pub planned: bool,
    /// Time that the on-call engineer reads before the answer.
    #[serde(default)]
    pub answered_after: i64,
    /// Time from the answer until the saga is aborted, if it is.
    pub aborted_after: Option<i64>,
    /// The window in which it may begin.
    pub window: Option<WindowScript>,
    /// Names of jobs that somebody makes on the active side before the order. They are on.
    #[serde(default)]
    pub made: Vec<String>,
    /// The reason for waiving the steps that wait for a person, if they are waived.
    pub waived: Option<String>,
    /// Whether the drill is a dry run.
    #[serde(default)]
    pub dry: bool,
    /// Time that the work of a full drill stays on the standby.
    #[serde(default = "stays")]
    pub stay: i64,
    /// The outcome alarm of a full drill, with its time.
    pub alarm: Option<AlarmScript>,
    /// The lesson that is recorded.
    pub lesson: Option<String>,
    /// The expected end.
    #[serde(default)]
    pub ends: LegEnd,
}

/// A window, in seconds since the rehearsal began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowScript {
    /// Begin of the window.
    pub from: i64,
    /// End of the window: the saga must be over by then.
    pub until: i64,
    /// Expected duration of the saga.
    pub needs: i64,
}

/// An outcome alarm.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmScript {
    /// Time of the alarm since the rehearsal began.
    pub at: i64,
    /// The name by which the drill knows the alarm.
    pub named: String,
    /// Source of the signal.
    pub source: String,
    /// Subject of the signal.
    pub subject: String,
    /// Text of the signal.
    pub says: String,
}

/// The end of a leg.
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
    /// A full drill was turned back, and the work is back on the primary.
    TurnedBack,
    /// Only the pursuit is left.
    Pursuing,
    /// Blocked steps wait for a person.
    PersonNeeded,
}

impl LegEnd {
    /// The word for it in reports.
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
