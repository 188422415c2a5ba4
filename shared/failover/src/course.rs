//! What a saga is for: the way out, the way back, a promotion, a drill.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a saga is for. All of them are made of the same steps and driven by one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// The work leaves a side that failed, or that is left for a while.
    Failover,
    /// The work comes home (R40).
    Failback,
    /// The work leaves a side for good: the homes are swapped (R44).
    Promotion,
    /// A failover that is meant to be turned back: the first half of a full drill (R50).
    Drill,
    /// Compute is started and proved on the standby alone, and put back (R50).
    StandbyDrill,
}

impl Course {
    /// All of them.
    pub const ALL: [Course; 5] = [Self::Failover, Self::Failback, Self::Promotion, Self::Drill, Self::StandbyDrill];

    /// The word that plans, heads and evidence carry as their kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Course::Failover => "failover",
            Course::Failback => "failback",
            Course::Promotion => "promotion",
            Course::Drill => "drill",
            Course::StandbyDrill => "standby_drill",
        }
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Course::Failover => "failover",
            Course::Failback => "failback",
            Course::Promotion => "promotion",
            Course::Drill => "full drill",
            Course::StandbyDrill => "drill on the standby alone",
        })
    }
}

/// The time in which a planned saga may begin, and by which it shall be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Not before.
    pub from: Timestamp,
    /// Over by then.
    pub until: Timestamp,
    /// In seconds: how long it is expected to take. It is not begun later than so long before the end.
    pub needs_s: i64,
}

impl Window {
    /// Whether a saga that begins now is expected to be over in time; `None` before the window.
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
    fn a_course_is_written_as_its_word() {
        for course in Course::ALL {
            assert_eq!(serde_json::to_value(course).unwrap(), course.as_str());
        }
    }
}
