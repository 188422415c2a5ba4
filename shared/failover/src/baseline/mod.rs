//! What is normal for a probe, learned over days: median and spread, in constant space.
//!
//! Law: one value is nothing; only looks in a row that all depart from what is normal say anything.
//! What departs is not learned, so a slow outage does not become normal by itself, until it has
//! lasted a whole day: then it is what is normal now, and learning begins anew. A value that is no
//! number, is negative or is not later than the last one is ignored, so neither order nor doubles do
//! harm. Must not know: what is measured, where it is kept.
//!
//! Why own code: what is kept must be a few hundred bytes of JSON in an item of a table, must forget,
//! and must be judged by quantiles. The kept libraries for quantiles (t-digest, HdrHistogram) either
//! keep no time or write a binary form; P² cannot forget.

mod histogram;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::histogram::Histogram;

/// How a record of this code is written; another one begins anew.
pub const BASELINE_VERSION: u32 = 1;

/// In seconds: a departure that lasts so long is what is normal now.
const NEW_NORMAL_S: i64 = 86_400;
/// In seconds: looks further apart than this are not in a row.
const IN_A_ROW_S: i64 = 600;
/// In seconds: a baseline to which nothing was added for so long is forgotten.
const FORGOTTEN_S: i64 = 30 * 86_400;

/// When a value departs from what is normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judging {
    /// So many times the spread above the median.
    pub factor: f64,
    /// At least so much above the median, in the probe's unit.
    pub floor: f64,
    /// At least this share of the median above it.
    pub floor_share: f64,
    /// So many looks in a row.
    pub looks: u32,
    /// Before so many looks nothing is judged.
    pub learning: u32,
}

impl Judging {
    /// What is usual for a unit: a floor that keeps a steady value from being judged by its noise.
    pub fn of_unit(unit: &str) -> Self {
        let floor = match unit {
            "ms" => 500.0,
            "s" => 60.0,
            "share" => 0.1,
            "percent" => 10.0,
            _ => 0.0,
        };
        Self { factor: 4.0, floor, floor_share: 0.5, looks: 5, learning: 120 }
    }
}

/// What a value is, compared with what is normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judgement {
    /// Too little is known to judge.
    Learning,
    /// As usual.
    Normal,
    /// More than usual.
    Departing {
        /// The median of what is normal.
        median: f64,
        /// The distance between its quarters.
        spread: f64,
        /// So many looks in a row, this one included.
        looks: u32,
        /// Those are enough.
        sustained: bool,
    },
}

/// What is normal for one probe of one side, seen from one place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    histogram: Histogram,
    /// Looks that were learned.
    learned: u32,
    /// Looks in a row that depart.
    departing: u32,
    /// Since when.
    departing_since: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Baseline {
    /// Judges a value, and learns it if it does not depart. `None` if it is ignored.
    pub fn take(&mut self, value: f64, at: Timestamp, judging: &Judging) -> Option<Judgement> {
        if !value.is_finite() || value < 0.0 || self.last.is_some_and(|last| at <= last) {
            return None;
        }
        let in_a_row = self.last.is_none_or(|last| seconds(last, at) <= IN_A_ROW_S);
        self.last = Some(at);
        if !in_a_row {
            self.calm();
        }
        self.histogram.age(at);
        if self.learned < judging.learning {
            self.learn(value);
            return Some(Judgement::Learning);
        }
        let (median, spread) = (self.histogram.quantile(0.5), self.spread());
        let margin = (judging.factor * spread).max(judging.floor).max(judging.floor_share * median);
        if value <= median + margin {
            self.calm();
            self.learn(value);
            return Some(Judgement::Normal);
        }
        let since = *self.departing_since.get_or_insert(at);
        if seconds(since, at) >= NEW_NORMAL_S {
            *self = Self { last: self.last, ..Self::default() };
            self.learn(value);
            return Some(Judgement::Learning);
        }
        self.departing = self.departing.saturating_add(1);
        let (looks, sustained) = (self.departing, self.departing >= judging.looks);
        Some(Judgement::Departing { median, spread, looks, sustained })
    }

    /// The median of what was learned; zero if nothing was.
    pub fn median(&self) -> f64 {
        self.histogram.quantile(0.5)
    }

    /// The distance between the quarters of what was learned.
    pub fn spread(&self) -> f64 {
        self.histogram.quantile(0.75) - self.histogram.quantile(0.25)
    }

    fn learn(&mut self, value: f64) {
        self.histogram.add(value);
        self.learned = self.learned.saturating_add(1);
    }

    fn calm(&mut self) {
        self.departing = 0;
        self.departing_since = None;
    }
}

/// The baselines of everything that is looked at from one place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    version: u32,
    of: BTreeMap<String, Baseline>,
}

impl Baselines {
    /// What was recorded; empty if it was recorded by code of another version.
    #[must_use]
    pub fn or_anew(self) -> Self {
        if self.version == BASELINE_VERSION { self } else { Self { version: BASELINE_VERSION, of: BTreeMap::new() } }
    }

    /// As [`Baseline::take`], for what has this name.
    pub fn take(&mut self, name: &str, value: f64, at: Timestamp, judging: &Judging) -> Option<Judgement> {
        self.of.entry(name.to_owned()).or_default().take(value, at, judging)
    }

    /// Forgets what nobody looks at any more.
    pub fn forget(&mut self, now: Timestamp) {
        self.of.retain(|_, baseline| baseline.last.is_some_and(|last| seconds(last, now) < FORGOTTEN_S));
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

#[cfg(test)]
mod tests;
