//! The baseline of a probe: its normal values, learned over days as median and spread, in constant space.
//!
//! Law: one value says nothing. Only several values in a row that all depart from the normal ones say something. A
//! departing value is not learned, so a slow outage does not become normal by itself. After a whole day of
//! departure the new values are the normal ones, and learning begins anew. A value is ignored if it is not a
//! number, is negative, or is not later than the last one. So neither order nor duplicates do harm. Must not know:
//! what is measured, where it is stored.
//!
//! Why own code: the record must be a few hundred bytes of JSON in an item of a table, it must forget, and it must
//! be judged by quantiles. The maintained libraries for quantiles (t-digest, HdrHistogram) either do not know
//! time or write a binary form. P² cannot forget.

mod histogram;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::histogram::Histogram;

/// Version of the record that this code writes. A record of another version begins anew.
pub const BASELINE_VERSION: u32 = 1;

/// In seconds: after a departure of this length the new values are the normal ones.
const NEW_NORMAL_S: i64 = 86_400;
/// In seconds: values that are further apart than this are not in a row.
const IN_A_ROW_S: i64 = 600;
/// In seconds: a baseline without a new value for this time is forgotten.
const FORGOTTEN_S: i64 = 30 * 86_400;

/// The rules by which a value departs from the normal ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judging {
    /// Least distance above the median, as a multiple of the spread.
    pub factor: f64,
    /// Least distance above the median, in the probe's unit.
    pub floor: f64,
    /// Least distance above the median, as a share of the median.
    pub floor_share: f64,
    /// Number of departing values in a row that are enough.
    pub looks: u32,
    /// Number of values that are learned before any value is judged.
    pub learning: u32,
}

impl Judging {
    /// The usual rules for a unit, e.g. `ms`. The floor keeps a steady value from being judged by its noise.
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

/// The result of comparing a value with the normal ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judgement {
    /// Too little is known to judge.
    Learning,
    /// The value is as usual.
    Normal,
    /// The value is larger than usual.
    Departing {
        /// The median of the normal values.
        median: f64,
        /// The distance between the lower and the upper quartile of the normal values.
        spread: f64,
        /// Number of departing values in a row, this one included.
        looks: u32,
        /// Whether that number is enough.
        sustained: bool,
    },
}

/// The normal values of one probe of one side, measured from one location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    histogram: Histogram,
    /// Number of values that were learned.
    learned: u32,
    /// Number of departing values in a row.
    departing: u32,
    /// When the departure began.
    departing_since: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Baseline {
    /// Judges a value, and learns it if it does not depart. Returns `None` if the value is ignored.
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

    /// The median of the learned values; zero if there are none.
    pub fn median(&self) -> f64 {
        self.histogram.quantile(0.5)
    }

    /// The distance between the lower and the upper quartile of the learned values.
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

/// The baselines of everything that is measured from one location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    version: u32,
    of: BTreeMap<String, Baseline>,
}

impl Baselines {
    /// The recorded baselines. They are empty if code of another version recorded them.
    #[must_use]
    pub fn or_anew(self) -> Self {
        if self.version == BASELINE_VERSION { self } else { Self { version: BASELINE_VERSION, of: BTreeMap::new() } }
    }

    /// Does the same as [`Baseline::take`], for the baseline with this name.
    pub fn take(&mut self, name: &str, value: f64, at: Timestamp, judging: &Judging) -> Option<Judgement> {
        self.of.entry(name.to_owned()).or_default().take(value, at, judging)
    }

    /// Forgets baselines that nobody measures any more.
    pub fn forget(&mut self, now: Timestamp) {
        self.of.retain(|_, baseline| baseline.last.is_some_and(|last| seconds(last, now) < FORGOTTEN_S));
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

#[cfg(test)]
mod tests;
