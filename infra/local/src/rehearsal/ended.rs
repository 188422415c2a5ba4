//! The result of a rehearsal.

use engine::ports::StepItem;
use engine::view::View;
use failover::story::Sentence;
use jiff::Timestamp;

use super::travelled::Travelled;

/// The result of a rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// The saga as it is recorded.
    pub view: View,
    /// Step items of the saga. They are the digest of its log.
    pub items: Vec<StepItem>,
    /// `completed`, `person-needed`, `aborted`, `held`, `nothing-proposed` or `unfinished`. A journey has the outcome
    /// of its last leg, e.g. `turned-back`.
    pub outcome: &'static str,
    /// The rounds of the guard, in order.
    pub rounds: Vec<View>,
    /// Events that did not come from the saga, in order of time.
    pub events: Vec<(Timestamp, String)>,
    /// Detections, messages and answers, in order of time.
    pub heard: Vec<Sentence>,
    /// Number of sagas that were begun.
    pub proposals: usize,
    /// Writes to the table from the order to the end. Without an order, all writes.
    pub writes: u64,
    /// The sagas of a journey, in order. Empty if the script orders only one saga.
    pub legs: Vec<Travelled>,
    /// Settings that differ from those before a journey.
    pub differences: Vec<String>,
    /// Number of requests to the primary and to the standby that could have changed something.
    pub changing_calls: [usize; 2],
}
