//! What a team has decided about a drill that is held by itself.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::{Alarm, DrillKind, Every, FullDrill, Period};
use crate::course::Window;

/// A drill that is held by itself, once a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrillPolicy {
    /// Its name, unique in its pair: `[a-z0-9-]+`.
    pub name: String,
    /// How far it goes.
    pub kind: DrillKind,
    /// How often.
    pub every: Every,
    /// When it may be held.
    pub windows: Vec<AllowedWindow>,
    /// Whose calendar and clock all of this is meant in.
    pub zone: TimeZone,
    /// When it may not.
    pub blocked_dates: Vec<BlockedDates>,
    /// Each of these must say that all is well before it begins.
    pub blocking_alarms: Vec<Alarm>,
    /// In seconds: how long it is expected to take. It is not begun where less of a window is left.
    pub needs_s: i64,
    /// In seconds: how long the work of a full drill stays on the standby.
    pub stay_s: i64,
    /// Each of these stops it and turns it back.
    pub outcome_alarms: Vec<Alarm>,
}

/// A time of some days of the week. One that ends no later in the day than it begins ends the next day, and
/// counts for the day on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedWindow {
    /// On which days it begins; empty: on all.
    pub days: Vec<Weekday>,
    /// When.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// Dates on which nothing is drilled, the first and the last among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockedDates {
    /// The first.
    pub from: Date,
    /// The last.
    pub until: Date,
}

impl DrillPolicy {
    /// What a full drill of it is ordered with.
    pub fn full(&self, period: Period) -> FullDrill {
        FullDrill {
            name: self.name.clone(),
            stay_s: self.stay_s,
            outcome_alarms: self.outcome_alarms.clone(),
            period: Some(period.to_string()),
        }
    }

    /// The day that it is there.
    pub fn day(&self, now: Timestamp) -> Date {
        self.zone.to_datetime(now).date()
    }

    /// The windows of a period that are long enough, each from its first to its last moment. A blocked date ends
    /// a window of the night before it.
    pub fn windows_of(&self, period: Period) -> impl Iterator<Item = Window> {
        let free = period.days().filter(|day| !self.is_blocked(*day));
        free.flat_map(move |day| self.windows.iter().filter_map(move |window| self.window_on(window, day)))
            .filter(|window| window.holds(window.from) == Some(true))
    }

    /// The window that a moment is in, whether or not anything could still begin in it.
    pub fn window_at(&self, period: Period, at: Timestamp) -> Option<Window> {
        self.windows_of(period).find(|window| window.from <= at && at <= window.until)
    }

    fn window_on(&self, window: &AllowedWindow, day: Date) -> Option<Window> {
        if !window.days.is_empty() && !window.days.contains(&day.weekday()) {
            return None;
        }
        // A time that the clocks skip is as much later, one that they show twice is the first of the two.
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
