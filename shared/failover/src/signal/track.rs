//! The track of one thing: its latest readings. The order in which they arrive does not matter.
//!
//! Merging is commutative, associative and idempotent, so a signal that comes twice, late or out of order leaves
//! the same track. Its size is bounded: one reading a minute over [`Track::KEPT_S`], and the last one before that.
//! The last reading of a minute counts, so a change may be seen up to a minute late. The window is counted in whole
//! minutes: a window that cut through a minute would keep the reading that came first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{About, Origin, Reading, Signal, after};

/// One reading at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimedReading {
    /// When it was so.
    pub at: Timestamp,
    /// The reading at that time.
    pub reading: Reading,
}

impl TimedReading {
    /// The minute that its time is in.
    fn minute(&self) -> i64 {
        self.at.as_second().div_euclid(60)
    }
}

/// The readings of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Subject of the readings.
    pub about: About,
    /// The origin that speaks.
    pub origin: Origin,
    /// In seconds: how long a reading counts if no other follows.
    pub holds_s: i64,
    /// Readings in order of time, one a minute at most.
    pub looks: Vec<TimedReading>,
    /// Text of the latest signal, for people.
    pub text: String,
}

impl Track {
    /// In seconds, whole minutes: readings that are older than the latest by more than this are forgotten, except
    /// the last of them.
    pub const KEPT_S: i64 = 2 * 3_600;

    /// The track of one signal.
    pub fn of(signal: &Signal) -> Self {
        Self {
            about: signal.about.clone(),
            origin: signal.origin,
            holds_s: signal.holds_s,
            looks: vec![TimedReading { at: signal.seen_at, reading: signal.reading }],
            text: signal.text.clone(),
        }
    }

    /// Merges two tracks. They must be about the same thing.
    #[must_use]
    pub fn merge(&self, other: &Track) -> Track {
        let mut minutes: BTreeMap<i64, TimedReading> = BTreeMap::new();
        for look in self.looks.iter().chain(&other.looks) {
            minutes.entry(look.minute()).and_modify(|kept| *kept = (*kept).max(*look)).or_insert(*look);
        }
        let from = minutes.keys().next_back().map_or(0, |newest| newest - Self::KEPT_S / 60);
        let looks: Vec<TimedReading> = minutes.into_values().collect();
        // The reading before the window says how the window began.
        let first = looks.partition_point(|look| look.minute() < from).saturating_sub(1);
        let latest = |track: &Track| (track.looks.last().copied(), track.text.clone());
        Track {
            about: self.about.clone(),
            origin: self.origin.max(other.origin),
            holds_s: self.holds_s.max(other.holds_s),
            looks: looks[first..].to_vec(),
            text: latest(self).max(latest(other)).1,
        }
    }

    /// The reading at a time: the last one before it, while that one counts; otherwise unknown.
    pub fn reading_at(&self, at: Timestamp) -> Reading {
        let seen = self.looks.partition_point(|look| look.at <= at);
        match seen.checked_sub(1).map(|last| self.looks[last]) {
            Some(look) if after(look.at, self.holds_s) > at => look.reading,
            Some(_) | None => Reading::Unknown,
        }
    }

    /// The moments at which the reading may change.
    pub fn turns(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.looks.iter().flat_map(|look| [look.at, after(look.at, self.holds_s)])
    }
}
