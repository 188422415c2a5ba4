//! The operation that a saga carries out, and the window of a planned one.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation that a saga carries out. All operations are made of the same steps and driven by one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The work leaves a side that failed, or that is left for a while.
    Failover,
    /// The work comes back to the primary (R40).
    Failback,
    /// The work leaves a side for good: the roles of the two sides are swapped (R44).
    Promotion,
    /// A failover that is meant to be turned back. It is the first half of a full drill (R50).
    Drill,
    /// Compute is started and proved on the standby alone, and then put back (R50).
    StandbyDrill,
}

impl Operation {
    /// All operations.
    pub const ALL: [Operation; 5] = [Self::Failover, Self::Failback, Self::Promotion, Self::Drill, Self::StandbyDrill];

    /// The word that plans, heads and evidence have as their kind, e.g. `failover`.
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Failover => "failover",
            Operation::Failback => "failback",
            Operation::Promotion => "promotion",
            Operation::Drill => "drill",
            Operation::StandbyDrill => "standby_drill",
        }
    }

    /// Whether it moves the work from one side to the other.
    pub fn moves_work(self) -> bool {
        match self {
            Operation::Failover | Operation::Failback | Operation::Promotion | Operation::Drill => true,
            Operation::StandbyDrill => false,
        }
    }

    /// Whether it is a drill, full or on the standby alone.
    pub fn is_drill(self) -> bool {
        match self {
            Operation::Drill | Operation::StandbyDrill => true,
            Operation::Failover | Operation::Failback | Operation::Promotion => false,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Failover => "failover",
            Operation::Failback => "failback",
            Operation::Promotion => "promotion",
            Operation::Drill => "full drill",
            Operation::StandbyDrill => "drill on the standby alone",
        })
    }
}

/// The time in which a planned saga may begin and by which it shall be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The saga does not begin before this time.
    pub from: Timestamp,
    /// The saga shall be over by this time.
    pub until: Timestamp,
    /// In seconds: the expected duration. The saga does not begin later than this before the end.
    pub needs_s: i64,
}

impl Window {
    /// Whether a saga that begins now is expected to be over in time. `None` before the window.
    pub fn holds(&self, now: Timestamp) -> Option<bool> {
        (now >= self.from).then(|| self.until.duration_since(now).as_secs() >= self.needs_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_a_saga_that_is_over_before_it_ends() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let window = Window { from: at(1_000), until: at(4_600), needs_s: 1_800 };
        assert_eq!(window.holds(at(999)), None);
        assert_eq!(window.holds(at(1_000)), Some(true));
        assert_eq!(window.holds(at(2_800)), Some(true));
        assert_eq!(window.holds(at(2_801)), Some(false));
    }

    #[test]
    fn a_operation_is_written_as_its_word() {
        for operation in Operation::ALL {
            assert_eq!(serde_json::to_value(operation).unwrap(), operation.as_str());
        }
    }
}
