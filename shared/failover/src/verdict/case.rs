//! Everything that a verdict is made of.

use jiff::Timestamp;

use super::policy::WatchPolicy;
use super::situation::PairSituation;
use crate::pair::Side;
use crate::signal::Track;

/// Everything a verdict is made of.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The current time.
    pub now: Timestamp,
    /// The active side.
    pub active: Side,
    /// The tracks of both sides.
    pub tracks: &'a [Track],
    /// The team's policy.
    pub policy: &'a WatchPolicy,
    /// The status of the pair.
    pub situation: &'a PairSituation,
}
