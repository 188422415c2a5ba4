//! Drills: their kinds, when one is due, what stops one, and the next move of a full one (R50). Pure.

mod alarm;
mod full;
mod judge;
mod period;
mod schedule;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use alarm::{Alarm, AlarmError, blocking, risen};
pub use full::{DrillEnd, FullDrill, Progress, SagaEnd, Upcoming, stays_until, upcoming};
pub use judge::{Due, ScheduleStatus, judge};
pub use period::{Every, Period};
pub use schedule::{AllowedWindow, BlockedDates, DrillPolicy};

/// How far a drill goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrillKind {
    /// All reads and gates run, and no call that changes anything.
    DryRun,
    /// The standby's compute is started, proved and put back. The primary and the data are not touched.
    StandbyOnly,
    /// The work goes to the standby, stays there for a while, and comes back.
    Full,
}

impl DrillKind {
    /// All kinds of drills.
    pub const ALL: [DrillKind; 3] = [Self::DryRun, Self::StandbyOnly, Self::Full];

    /// The word in the configuration and in commands, e.g. `dry-run`.
    pub fn as_str(self) -> &'static str {
        match self {
            DrillKind::DryRun => "dry-run",
            DrillKind::StandbyOnly => "standby-only",
            DrillKind::Full => "full",
        }
    }
}

impl fmt::Display for DrillKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
