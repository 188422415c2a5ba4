//! Defines the record of the full drill under way, which the pair's head contains.

use failover::Operation;
use failover::drill::FullDrill;
use jiff::Timestamp;
use saga::SagaId;
use serde::{Deserialize, Serialize};

/// A full drill under way: its way out, its stay, its way back. It is written with the pair's saga in one write, so
/// that no crash leaves a way out without its way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// The drill as it was ordered.
    pub drill: FullDrill,
    /// The person, or the part of Switchback, that ordered it.
    pub by: String,
    /// The saga of its way out.
    pub out: SagaId,
    /// The saga that brings the work back.
    pub back: Option<WayBack>,
    /// The order to turn it back before its time.
    pub turned_back: Option<TurnedBack>,
    /// The reason why the way back could not begin yet, as people were informed of it.
    pub refused: Option<String>,
}

/// The saga that brings the work of a drill back, or that leaves it where it is for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// The saga.
    pub saga: SagaId,
    /// The operation. A person may have ordered another one meanwhile.
    #[serde(rename = "course")]
    pub operation: Operation,
}

/// The order to turn a drill back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnedBack {
    /// The time of the order.
    pub at: Timestamp,
    /// The person, or the part of Switchback, that gave it.
    pub by: String,
    /// The reason.
    pub why: String,
}
