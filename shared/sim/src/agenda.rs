//! Holds the events that will happen by themselves in one workspace, in the order of time.
//!
//! Law: events at the same moment happen in the order in which they were added. An event carries
//! the generation of its resource. If the generation has changed since, the event is void.
//! Must not know: what an event does.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// Something that happens by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A run goes on to its next state.
    Run { id: i64, generation: u32 },
    /// A starter of a job is due. `index` is its place in the job's list of starters.
    Starter { job: i64, generation: u32, index: usize },
    /// A cluster's transition is over.
    Cluster { id: String, generation: u32 },
    /// A warehouse's transition is over.
    Warehouse { id: String, generation: u32 },
    /// A pipeline goes on to its next state.
    Pipeline { id: String, generation: u32 },
    /// A pool checks its instances.
    Pool { id: String, generation: u32 },
    /// An app's transition is over.
    App { name: String, generation: u32 },
    /// An alert is due.
    Alert { id: String, generation: u32 },
    /// An evaluation of an alert is over.
    Evaluation { id: String },
    /// An endpoint's transition is over.
    Endpoint { name: String, generation: u32 },
    /// A schedule of a dashboard is due.
    DashboardSchedule { id: String, generation: u32 },
    /// A refresh of a dashboard is over.
    DashboardRefresh { id: String },
    /// A vector-search endpoint's transition is over.
    Search { name: String, generation: u32 },
    /// The service starts the pipeline of a continuous index again.
    Sync { pipeline: String },
    /// A database instance's transition is over.
    Database { name: String, generation: u32 },
    /// A database endpoint goes on to its next state.
    Postgres { name: String, generation: u32 },
}

/// The events to come.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    order: BinaryHeap<Reverse<(i64, u64)>>,
    events: BTreeMap<u64, Event>,
    next: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at_ms: i64, event: Event) {
        self.order.push(Reverse((at_ms, self.next)));
        self.events.insert(self.next, event);
        self.next += 1;
    }

    /// The moment of the next event, unix ms.
    pub(crate) fn next_ms(&self) -> Option<i64> {
        self.order.peek().map(|Reverse((at_ms, _))| *at_ms)
    }

    /// The next event if it is due at `now_ms`.
    pub(crate) fn due(&mut self, now_ms: i64) -> Option<(i64, Event)> {
        if self.next_ms()? > now_ms {
            return None;
        }
        let Reverse((at_ms, number)) = self.order.pop()?;
        let event = self.events.remove(&number)?;
        Some((at_ms, event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_and_then_by_the_order_they_were_put_down() {
        let mut agenda = Agenda::default();
        for (at, id) in [(20, 1), (10, 2), (20, 3), (10, 4)] {
            agenda.put(at, Event::Run { id, generation: 0 });
        }
        let mut seen = Vec::new();
        while let Some((at, Event::Run { id, .. })) = agenda.due(15) {
            seen.push((at, id));
        }
        assert_eq!(seen, [(10, 2), (10, 4)]);
        assert_eq!(agenda.next_ms(), Some(20));
    }
}
