//! Why nothing was started.

use failover::{PlanRefused, Side};
use saga::SagaId;
use saga::bounds::few_of;

use crate::capture::CaptureError;
use crate::ports::StoreError;

/// So many reasons are named before the rest is counted.
const NAMED: usize = 5;

/// Why nothing was started. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartRefused {
    /// The pair has an unfinished saga (S1).
    #[error("pair {pair} already has the unfinished saga {saga}: follow it with `switchback status`, or end it first")]
    AnotherSaga {
        /// Which pair.
        pair: String,
        /// Which saga.
        saga: SagaId,
    },
    /// The guard is fencing the very side that work shall go to.
    #[error("the guard is fencing the {side} in its round {saga}: order again when that has ended, in some minutes")]
    GuardUnderWay {
        /// Which side.
        side: Side,
        /// Which round.
        saga: SagaId,
    },
    /// A person has stopped everything but looking.
    #[error("{by} froze the pair: {why}. `switchback thaw` ends that")]
    Frozen {
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// There is no inventory of the leaving side.
    #[error("there is no checkpoint of the {0} and it does not answer: without one nobody knows what was active there")]
    NoCheckpoint(Side),
    /// The leaving side must be listed in full for a planned failover.
    #[error("a planned failover needs the {side} to answer in full, and it does not: {message}")]
    LeavingNotWell {
        /// Which side.
        side: Side,
        /// What it did not list.
        message: String,
    },
    /// The side that work shall come home to is not well, or not fenced.
    #[error("the {side} is not ready to take the work back: {}", few_of(reasons, NAMED, "; "))]
    TargetNotReady {
        /// Which side.
        side: Side,
        /// Why, each with what to do.
        reasons: Vec<String>,
    },
    /// The window is over, or too short for what is to be done.
    #[error("the window does not hold it: {0}")]
    Window(String),
    /// A full drill is under way, and this is not what ends it.
    #[error("the full drill {name:?} is under way: end it first with `switchback drill turn-back`")]
    DrillUnderWay {
        /// Its name.
        name: String,
    },
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanRefused),
    /// A checkpoint could not be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
