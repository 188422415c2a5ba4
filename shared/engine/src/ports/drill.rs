//! The full drill under way, as the pair's head names it.

use failover::Course;
use failover::drill::FullDrill;
use jiff::Timestamp;
use saga::SagaId;
use serde::{Deserialize, Serialize};

/// A full drill under way: out, a stay, and back. Written with the pair's saga in one write, so that no
/// crash leaves a way out without its way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// What it was ordered with.
    pub drill: FullDrill,
    /// Who or what ordered it.
    pub by: String,
    /// Its way out.
    pub out: SagaId,
    /// What brings the work home.
    pub back: Option<WayBack>,
    /// It is turned back before its time.
    pub turned_back: Option<TurnedBack>,
    /// Why the way back could not begin yet, as people were told.
    pub refused: Option<String>,
}

/// What brings the work of a drill home, or leaves it where it is for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// Which saga.
    pub saga: SagaId,
    /// What it is for: a person may have ordered something else meanwhile.
    pub course: Course,
}

/// Who turned a drill back, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnedBack {
    /// When.
    pub at: Timestamp,
    /// Who or what.
    pub by: String,
    /// Why.
    pub why: String,
}
