//! Counts the calls by side, family and time.
//!
//! Law: every request to a side that has a route is counted once, also if it gets no answer.
//! Must not know: what a call does, except whether it can change something.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::wire::Side;

/// Calls by side and family.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallStats {
    /// Calls by family, indexed by side: primary, standby.
    pub sides: [BTreeMap<&'static str, FamilyCalls>; 2],
}

/// The calls of one family on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FamilyCalls {
    /// Number of all calls.
    pub total: u64,
    /// Number of calls that were answered 429.
    pub throttled: u64,
    /// Number of calls that can change something: not GET, not a token request.
    pub effects: u64,
    /// Number of calls that got no answer at all.
    pub silent: u64,
    /// Moment of the first call, unix ms.
    pub first_ms: i64,
    /// Moment of the last call, unix ms.
    pub last_ms: i64,
    /// Number of calls by unix second.
    pub by_second: BTreeMap<i64, u64>,
    /// Moments of the calls that can change something, unix ms, in order.
    #[serde(skip)]
    pub effects_at_ms: Vec<i64>,
}

impl FamilyCalls {
    /// The fewest seconds in which these calls, without the throttled ones, could have been made at
    /// `per_second` with a burst of one second.
    #[must_use]
    pub fn ideal_s(&self, per_second: f64) -> f64 {
        let served = (self.total - self.throttled) as f64;
        ((served - per_second) / per_second).max(0.0)
    }

    /// Number of calls in the busiest second.
    #[must_use]
    pub fn peak(&self) -> u64 {
        self.by_second.values().copied().max().unwrap_or(0)
    }
}

impl CallStats {
    /// The calls of one family on one side; all zero if there were none.
    #[must_use]
    pub fn of(&self, side: Side, family: &str) -> FamilyCalls {
        self.sides[side.index()].get(family).cloned().unwrap_or_default()
    }

    /// Number of all calls to a side.
    #[must_use]
    pub fn total(&self, side: Side) -> u64 {
        self.sides[side.index()].values().map(|calls| calls.total).sum()
    }

    /// Number of all calls to a side that can change something.
    #[must_use]
    pub fn effects(&self, side: Side) -> u64 {
        self.sides[side.index()].values().map(|calls| calls.effects).sum()
    }

    pub(crate) fn count(&mut self, now_ms: i64, side: Side, family: &'static str, effect: bool) {
        let calls = self.sides[side.index()]
            .entry(family)
            .or_insert_with(|| FamilyCalls { first_ms: now_ms, ..FamilyCalls::default() });
        calls.total += 1;
        calls.effects += u64::from(effect);
        if effect {
            calls.effects_at_ms.push(now_ms);
        }
        calls.last_ms = now_ms;
        *calls.by_second.entry(now_ms.div_euclid(1000)).or_default() += 1;
    }

    pub(crate) fn throttled(&mut self, side: Side, family: &'static str) {
        if let Some(calls) = self.sides[side.index()].get_mut(family) {
            calls.throttled += 1;
        }
    }

    pub(crate) fn silent(&mut self, side: Side, family: &'static str) {
        if let Some(calls) = self.sides[side.index()].get_mut(family) {
            calls.silent += 1;
        }
    }
}
