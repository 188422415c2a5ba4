//! What was said about one thing, lately: a set of looks whose order of arrival does not matter.
//!
//! Merging is commutative, associative and idempotent, so a signal that comes twice, late or out of
//! order leaves the same track. Its size is bounded: one look a minute over [`Track::KEPT_S`], and the
//! last one before that. Of a minute the last look counts, so a turn may be told up to a minute late. What
//! is kept is counted in whole minutes: a window that cut through one would keep what came first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{About, Origin, Reading, Signal, after};

/// One look: when, and what it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Look {
    /// When it was so.
    pub at: Timestamp,
    /// What it read.
    pub reading: Reading,
}

impl Look {
    /// The minute that it falls in.
    fn minute(&self) -> i64 {
        self.at.as_second().div_euclid(60)
    }
}

/// The looks at one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// What they are about.
    pub about: About,
    /// Who says so.
    pub origin: Origin,
    /// In seconds: how long a look counts if no other follows.
    pub holds_s: i64,
    /// In order of time, one a minute at most.
    pub looks: Vec<Look>,
    /// What the latest look said, for people.
    pub text: String,
}

impl Track {
    /// In seconds, whole minutes: looks older than the latest by more than this are forgotten, but for one.
    pub const KEPT_S: i64 = 2 * 3_600;

    /// The track of one signal.
    pub fn of(signal: &Signal) -> Self {
        Self {
            about: signal.about.clone(),
            origin: signal.origin,
            holds_s: signal.holds_s,
            looks: vec![Look { at: signal.seen_at, reading: signal.reading }],
            text: signal.text.clone(),
        }
    }

    /// Both together. They must be about the same thing.
    #[must_use]
    pub fn merge(&self, other: &Track) -> Track {
        let mut minutes: BTreeMap<i64, Look> = BTreeMap::new();
        for look in self.looks.iter().chain(&other.looks) {
            minutes.entry(look.minute()).and_modify(|kept| *kept = (*kept).max(*look)).or_insert(*look);
        }
        let from = minutes.keys().next_back().map_or(0, |newest| newest - Self::KEPT_S / 60);
        let looks: Vec<Look> = minutes.into_values().collect();
        // The one before the window still tells how the window began.
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

    /// What it reads at a time: the last look before, as long as that counts; else unknown.
    pub fn reading_at(&self, at: Timestamp) -> Reading {
        let seen = self.looks.partition_point(|look| look.at <= at);
        match seen.checked_sub(1).map(|last| self.looks[last]) {
            Some(look) if after(look.at, self.holds_s) > at => look.reading,
            Some(_) | None => Reading::Unknown,
        }
    }

    /// The moments at which what it reads may change.
    pub fn turns(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.looks.iter().flat_map(|look| [look.at, after(look.at, self.holds_s)])
    }
}
