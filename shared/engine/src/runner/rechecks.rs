//! Keeps the times when blocked steps are tried again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use saga::StepId;

/// The times by step, and the steps by time. Thousands of steps may be blocked, and each wake-up asks for the next
/// one.
#[derive(Debug, Default)]
pub(super) struct Rechecks {
    times: BTreeMap<StepId, Timestamp>,
    order: BTreeSet<(Timestamp, StepId)>,
}

impl Rechecks {
    /// The step is tried again at this time, and at no other.
    pub(super) fn set(&mut self, id: StepId, at: Timestamp) {
        self.remove(id);
        self.times.insert(id, at);
        self.order.insert((at, id));
    }

    /// The same, if the step has no time yet.
    pub(super) fn set_if_none(&mut self, id: StepId, at: Timestamp) {
        if !self.times.contains_key(&id) {
            self.set(id, at);
        }
    }

    /// The step is not tried again.
    pub(super) fn remove(&mut self, id: StepId) {
        if let Some(at) = self.times.remove(&id) {
            self.order.remove(&(at, id));
        }
    }

    /// No step is tried again.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The time of the next one.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Removes the steps that are due, and returns them in plan order.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<StepId> {
        let mut due: Vec<StepId> = self.order.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        due.sort_unstable();
        due.iter().for_each(|id| self.remove(*id));
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_one_time_and_what_is_due_comes_in_plan_order() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let id = |number| StepId { stage: 0, number };
        let mut rechecks = Rechecks::default();
        rechecks.set(id(2), at(1));
        rechecks.set(id(1), at(9));
        rechecks.set(id(1), at(2));
        rechecks.set(id(3), at(3));
        rechecks.set_if_none(id(3), at(0));
        rechecks.set(id(4), at(1));
        rechecks.remove(id(4));
        assert_eq!(rechecks.next(), Some(at(1)));
        assert_eq!(rechecks.take_due(at(2)), [id(1), id(2)]);
        assert_eq!(rechecks.take_due(at(2)), []);
        assert_eq!(rechecks.next(), Some(at(3)));
        rechecks.clear();
        assert_eq!(rechecks.next(), None);
    }
}
