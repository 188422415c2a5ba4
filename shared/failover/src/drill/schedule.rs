//! The policy of a team for a drill that a schedule begins.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::{Alarm, DrillKind, Every, FullDrill, Period};
use crate::operation::Window;

/// A drill that a schedule begins, once a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillPolicy {
    /// Name, unique in its pair: `[a-z0-9-]+`.
    pub name: String,
    /// How far it goes.
    pub kind: DrillKind,
    /// Period in which it is due once.
    pub every: Every,
    /// Windows in which it may be held.
    pub windows: Vec<AllowedWindow>,
    /// Time zone of all these days and times.
    pub zone: TimeZone,
    /// Dates on which it may not be held.
    pub blocked_dates: Vec<BlockedDates>,
    /// Each of these alarms must report that all is well before the drill begins.
    pub blocking_alarms: Vec<Alarm>,
    /// In seconds: the expected duration. The drill does not begin if less of a window is left.
    pub needs_s: i64,
    /// In seconds: how long the work of a full drill stays on the standby.
    pub stay_s: i64,
    /// Each of these alarms stops the drill and turns it back.
    pub outcome_alarms: Vec<Alarm>,
}

/// A time on some days of the week. If it ends no later in the day than it begins, it ends on the next day. It
/// counts for the day on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedWindow {
    /// Days on which it begins; empty means all days.
    pub days: Vec<Weekday>,
    /// Time of day at which it begins.
    pub from: Time,
    /// Time of day at which it ends.
    pub until: Time,
}

/// Dates on which no drill is held, the first and the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockedDates {
    /// The first date.
    pub from: Date,
    /// The last date.
    pub until: Date,
}

impl DrillPolicy {
    /// The order of a full drill by this policy, for a period.
    pub fn full(&self, period: Period) -> FullDrill {
        FullDrill {
            name: self.name.clone(),
            stay_s: self.stay_s,
            outcome_alarms: self.outcome_alarms.clone(),
            period: Some(period.to_string()),
        }
    }

    /// The day in the policy's time zone.
    pub fn day(&self, now: Timestamp) -> Date {
        self.zone.to_datetime(now).date()
    }

    /// The windows of a period that are long enough, each from its first to its last moment. A window of the night
    /// ends where a blocked date begins.
    pub fn windows_of(&self, period: Period) -> impl Iterator<Item = Window> {
        let free = period.days().filter(|day| !self.is_blocked(*day));
        free.flat_map(move |day| self.windows.iter().filter_map(move |window| self.window_on(window, day)))
            .filter(|window| window.holds(window.from) == Some(true))
    }

    /// The window that contains a moment, whether or not anything could still begin in it.
    pub fn window_at(&self, period: Period, at: Timestamp) -> Option<Window> {
        self.windows_of(period).find(|window| window.from <= at && at <= window.until)
    }

    fn window_on(&self, window: &AllowedWindow, day: Date) -> Option<Window> {
        if !window.days.is_empty() && !window.days.contains(&day.weekday()) {
            return None;
        }
        // A time that the clocks skip moves later by as much as they skip. If they show a time twice, the first one
        // counts.
        let moment = |day: Date, time: Time| self.zone.to_timestamp(day.to_datetime(time)).ok();
        let until = if window.until > window.from {
            moment(day, window.until)
        } else {
            let next = day.tomorrow().ok()?;
            moment(next, if self.is_blocked(next) { Time::midnight() } else { window.until })
        };
        Some(Window { from: moment(day, window.from)?, until: until?, needs_s: self.needs_s })
    }

    fn is_blocked(&self, day: Date) -> bool {
        self.blocked_dates.iter().any(|blocked| blocked.from <= day && day <= blocked.until)
    }
}
