//! Decides whether a scheduled drill is due now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DrillPolicy, Period, blocking};
use crate::operation::Window;
use crate::signal::Track;

/// The status of a schedule: all periods before this one are settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleStatus {
    /// The first period that is not settled yet.
    pub period: Period,
    /// Reason why the drill was not held in this period so far.
    pub why: Option<String>,
}

impl ScheduleStatus {
    /// The status of a schedule that was never seen before. Earlier periods were not promised. It begins with the
    /// period in which it is first seen, or with the next one if no window of this period can hold it any more.
    pub fn first(policy: &DrillPolicy, now: Timestamp) -> Self {
        let period = Period::of(policy.every, policy.day(now));
        let held = policy.windows_of(period).any(|window| can_begin(&window, now));
        Self::of(if held { period } else { period.next() })
    }

    /// The status at a period with nothing known yet.
    pub fn of(period: Period) -> Self {
        Self { period, why: None }
    }
}

/// The decision about a scheduled drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing is due now: the period has not begun, or a later window of it can hold the drill.
    NotDue,
    /// The drill is held now, in this window.
    Now {
        /// The window that is open.
        window: Window,
    },
    /// The drill does not begin now. It is tried again while a window of its period can hold it.
    Blocked {
        /// The reason, e.g. an alarm.
        why: String,
    },
    /// No window of its period can hold it any more.
    Missed {
        /// The period that was missed.
        period: Period,
        /// Reason why it was not held.
        why: String,
    },
}

/// Judges the first period that is not settled. Total: there is one answer at any time.
pub fn judge(policy: &DrillPolicy, status: &ScheduleStatus, tracks: &[Track], now: Timestamp) -> Due {
    if policy.day(now) < status.period.begins {
        return Due::NotDue;
    }
    let windows: Vec<Window> = policy.windows_of(status.period).collect();
    if let Some(window) = windows.iter().find(|window| window.holds(now) == Some(true)) {
        return match blocking(&policy.blocking_alarms, tracks, now) {
            Some(why) => Due::Blocked { why },
            None => Due::Now { window: *window },
        };
    }
    if windows.iter().any(|window| can_begin(window, now)) {
        return Due::NotDue;
    }
    let usual = if windows.is_empty() {
        "all its windows are on blocked dates, or too short for it"
    } else {
        "nobody looked while one of its windows was open"
    };
    Due::Missed { period: status.period, why: status.why.clone().unwrap_or_else(|| usual.to_owned()) }
}

/// Whether a drill may begin in this window, now or later.
fn can_begin(window: &Window, now: Timestamp) -> bool {
    window.holds(window.from.max(now)) == Some(true)
}
