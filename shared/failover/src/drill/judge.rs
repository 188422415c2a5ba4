//! Whether a drill is due now.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DrillPolicy, Period, blocking};
use crate::course::Window;
use crate::signal::Track;

/// Up to where a schedule is accounted for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The first period of which nothing is settled yet.
    pub period: Period,
    /// Why it was not held in it so far.
    pub why: Option<String>,
}

impl Standing {
    /// Of a schedule that was never seen before: earlier periods were not promised. It begins with the period
    /// that it is first seen in, or with the next one where no window of this one could hold it any more.
    pub fn first(policy: &DrillPolicy, now: Timestamp) -> Self {
        let period = Period::of(policy.every, policy.day(now));
        let held = policy.windows_of(period).any(|window| can_begin(&window, now));
        Self::of(if held { period } else { period.next() })
    }

    /// Of a period that nothing is known of yet.
    pub fn of(period: Period) -> Self {
        Self { period, why: None }
    }
}

/// What is to be done about a scheduled drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing now: its period has not begun, or a later window of it can hold it.
    NotDue,
    /// It is held now, in this window.
    Now {
        /// Which.
        window: Window,
    },
    /// It is not begun now; it is tried again as long as a window of its period can hold it.
    Blocked {
        /// By what.
        why: String,
    },
    /// No window of its period can hold it any more.
    Missed {
        /// Which period.
        period: Period,
        /// Why it was not held.
        why: String,
    },
}

/// Judges the first period that is not settled. Total: whatever the time, there is one answer.
pub fn judge(policy: &DrillPolicy, standing: &Standing, tracks: &[Track], now: Timestamp) -> Due {
    if policy.day(now) < standing.period.begins {
        return Due::NotDue;
    }
    let windows: Vec<Window> = policy.windows_of(standing.period).collect();
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
    Due::Missed { period: standing.period, why: standing.why.clone().unwrap_or_else(|| usual.to_owned()) }
}

/// Whether something may begin in it now or later.
fn can_begin(window: &Window, now: Timestamp) -> bool {
    window.holds(window.from.max(now)) == Some(true)
}
