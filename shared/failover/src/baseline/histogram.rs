//! A histogram of measured values. Older values count for less and less.
//!
//! Law: it has at most [`BUCKETS`] whole numbers, whatever is added. A quantile is exact to half a bucket, which is
//! 9 %. The past is aged by whole hours, so that rounding does not keep it alive.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Number of buckets for each doubling of the value.
const TO_A_DOUBLING: f64 = 4.0;
/// Number of doublings below one that have buckets. A smaller value counts as zero.
const BELOW_ONE: f64 = 10.0;
/// The largest number of buckets. The last one holds all larger values, from about 10⁹ on.
pub(super) const BUCKETS: u8 = 161;
/// The weight of one value. It is large, so that aged weights are still whole numbers.
const ONE: u64 = 1_000;
/// A bucket with less than this is empty.
const LEAST: u64 = 50;
/// In hours: after this time a value counts for half.
const HALF_LIFE_H: f64 = 72.0;

/// The weight of each bucket, and the time when the weights were last aged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Histogram {
    weights: BTreeMap<u8, u64>,
    aged: Option<Timestamp>,
}

impl Histogram {
    /// Lowers the weight of the past, by the whole hours since this was last done.
    pub(super) fn age(&mut self, now: Timestamp) {
        let aged = *self.aged.get_or_insert(now);
        let hours = now.duration_since(aged).as_hours();
        if hours < 1 {
            return;
        }
        self.aged = Some(now);
        let keeps = 0.5_f64.powf(hours as f64 / HALF_LIFE_H);
        for weight in self.weights.values_mut() {
            *weight = (*weight as f64 * keeps) as u64;
        }
        self.weights.retain(|_, weight| *weight >= LEAST);
    }

    /// Adds a finite value that is not negative.
    pub(super) fn add(&mut self, value: f64) {
        let weight = self.weights.entry(bucket(value)).or_default();
        *weight = weight.saturating_add(ONE);
    }

    /// The value below which this share of the values lies; zero if there are none.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let all: u64 = self.weights.values().sum();
        let wanted = share * all as f64;
        let mut passed = 0;
        for (bucket, weight) in &self.weights {
            passed += weight;
            if passed as f64 >= wanted {
                return middle(*bucket);
            }
        }
        0.0
    }

    #[cfg(test)]
    pub(super) fn buckets(&self) -> usize {
        self.weights.len()
    }
}

fn bucket(value: f64) -> u8 {
    // The logarithm of zero is minus infinity, which is clamped as well.
    let place = (value.log2() + BELOW_ONE) * TO_A_DOUBLING + 1.0;
    place.floor().clamp(0.0, f64::from(BUCKETS - 1)) as u8
}

/// The geometric middle of a bucket.
fn middle(bucket: u8) -> f64 {
    if bucket == 0 { 0.0 } else { 2.0_f64.powf((f64::from(bucket) - 0.5) / TO_A_DOUBLING - BELOW_ONE) }
}
