//! Judges whether the checkpoint that a failover would need now is there and young enough (S30, R23).
//!
//! Only the checkpoint of the active side counts: it says what an unplanned failover would have to bring back.
//! While deployments are frozen it is kept on purpose, because it says what was active before the fence. The
//! checkpoint of the inactive side says what was on before the work left it. It may be as old as that.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::pair::Side;

/// For this time after the work came to a side, its checkpoint may still be one of before.
pub const AFTER_A_MOVE: SignedDuration = SignedDuration::from_mins(10);

/// The judgement about the checkpoint of the active side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Freshness {
    /// It is young enough.
    Fresh {
        /// The side of the checkpoint.
        side: Side,
        /// When it was taken.
        taken_at: Timestamp,
        /// In seconds: its age.
        age_s: i64,
    },
    /// It is kept on purpose while deployments are frozen.
    Kept {
        /// The side of the checkpoint.
        side: Side,
        /// When it was taken; `None` if there is none.
        taken_at: Option<Timestamp>,
    },
    /// No checkpoint was ever taken.
    Missing {
        /// The active side.
        side: Side,
    },
    /// It cannot be read.
    Unreadable {
        /// The side of the checkpoint.
        side: Side,
        /// The reason.
        why: String,
    },
    /// It is older than the policy allows.
    Old {
        /// The side of the checkpoint.
        side: Side,
        /// When it was taken.
        taken_at: Timestamp,
        /// In seconds: its age.
        age_s: i64,
        /// In seconds: the age that the policy allows.
        at_most_s: i64,
    },
    /// It was taken before the work came to the side, so it does not say what runs there.
    BeforeTheMove {
        /// The side of the checkpoint.
        side: Side,
        /// When it was taken.
        taken_at: Timestamp,
        /// When the work came to the side.
        came_at: Timestamp,
    },
}

/// The facts about the checkpoint of the active side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointFacts {
    /// The active side.
    pub side: Side,
    /// When its latest checkpoint was taken, or the reason why it cannot be read.
    pub taken_at: Result<Option<Timestamp>, String>,
    /// When the work came to it, if a saga on record says so.
    pub came_at: Option<Timestamp>,
    /// Whether deployments are frozen.
    pub frozen: bool,
    /// An older checkpoint counts as old.
    pub at_most: SignedDuration,
}

impl Freshness {
    /// Judges the checkpoint.
    pub fn of(taken: CheckpointFacts, now: Timestamp) -> Self {
        let CheckpointFacts { side, taken_at, came_at, frozen, at_most } = taken;
        let taken_at = match (taken_at, frozen) {
            (Err(why), _) => return Freshness::Unreadable { side, why },
            (Ok(taken_at), true) => return Freshness::Kept { side, taken_at },
            (Ok(None), false) => return Freshness::Missing { side },
            (Ok(Some(taken_at)), false) => taken_at,
        };
        let age = now.duration_since(taken_at);
        if let Some(came_at) = came_at.filter(|came| taken_at < *came && now.duration_since(*came) > AFTER_A_MOVE) {
            return Freshness::BeforeTheMove { side, taken_at, came_at };
        }
        let age_s = age.as_secs();
        if age > at_most {
            return Freshness::Old { side, taken_at, age_s, at_most_s: at_most.as_secs() };
        }
        Freshness::Fresh { side, taken_at, age_s }
    }

    /// Whether the checkpoint is not good enough to fail over a lost side.
    pub fn is_wanting(&self) -> bool {
        match self {
            Freshness::Fresh { .. } | Freshness::Kept { .. } => false,
            Freshness::Missing { .. }
            | Freshness::Unreadable { .. }
            | Freshness::Old { .. }
            | Freshness::BeforeTheMove { .. } => true,
        }
    }

    /// The judgement in a sentence, without the remedy.
    pub fn told(&self) -> String {
        match self {
            Freshness::Fresh { side, taken_at, age_s } => {
                format!("the checkpoint of the {side} is of {taken_at:.0}, {} old", ago(*age_s))
            }
            Freshness::Kept { side, taken_at: Some(at) } => {
                format!("the checkpoint of the {side} is of {at:.0}: it is kept while deployments are frozen")
            }
            Freshness::Kept { side, taken_at: None } => {
                format!("there is no checkpoint of the {side}, and none is taken while deployments are frozen")
            }
            Freshness::Missing { side } => format!(
                "NO CHECKPOINT of the {side}, where the work is: if it is lost, nobody knows what was active there"
            ),
            Freshness::Unreadable { side, why } => {
                format!("NO USABLE CHECKPOINT of the {side}, where the work is: {why}")
            }
            Freshness::Old { side, taken_at, age_s, at_most_s } => format!(
                "OLD CHECKPOINT of the {side}, where the work is: it is of {taken_at:.0}, {} old, and may be {} old",
                ago(*age_s),
                ago(*at_most_s)
            ),
            Freshness::BeforeTheMove { side, taken_at, came_at } => format!(
                "OLD CHECKPOINT of the {side}, where the work is: it is of {taken_at:.0}, and the work came there at \
                 {came_at:.0}"
            ),
        }
    }
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{} s", seconds.max(0)),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_767_600_000 + minutes * 60).unwrap_or(Timestamp::MAX)
    }

    /// All in minutes: when it was taken, when the work came, and the current time.
    fn judged(taken: Option<i64>, came: Option<i64>, frozen: bool, now: i64) -> Freshness {
        let (side, at_most) = (Side::Standby, SignedDuration::from_mins(30));
        Freshness::of(
            CheckpointFacts { side, taken_at: Ok(taken.map(at)), came_at: came.map(at), frozen, at_most },
            at(now),
        )
    }

    #[test]
    fn only_a_checkpoint_that_a_failover_would_need_now_is_wanting() {
        let wanting = |taken, came, frozen, now| judged(taken, came, frozen, now).is_wanting();
        assert!(wanting(None, None, false, 0));
        assert!(!wanting(Some(0), None, false, 30) && wanting(Some(0), None, false, 31));
        assert!(!wanting(Some(0), None, true, 9_999) && !wanting(None, None, true, 0));
        assert!(!wanting(Some(0), Some(1), false, 11) && wanting(Some(0), Some(1), false, 12));
        assert!(!wanting(Some(2), Some(1), false, 20));
    }

    #[test]
    fn its_age_is_told_in_words() {
        let told = judged(Some(0), None, false, 200).told();
        assert_eq!(
            told,
            "OLD CHECKPOINT of the standby, where the work is: it is of 2026-01-05T08:00:00Z, 3 hours old, and may be \
             30 minutes old"
        );
        assert!(
            judged(Some(0), Some(1), false, 12).told().ends_with("and the work came there at 2026-01-05T08:01:00Z")
        );
    }
}
