//! A saga of a journey, as it ended.

use engine::view::View;
use failover::plan::About;
use jiff::Timestamp;

/// A saga of a journey, as it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Travelled {
    /// The saga as it is recorded.
    pub view: View,
    /// Time of the order.
    pub ordered_at: Timestamp,
    /// The side of the simulated pair that it left.
    pub left: sim::Side,
    /// How it ended, e.g. `completed`.
    pub end: &'static str,
}

/// The part `about` of a saga's plan.
pub(super) fn about(view: &View) -> Option<About> {
    About::of(&view.plan).ok()
}
