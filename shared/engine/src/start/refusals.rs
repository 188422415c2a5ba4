//! Defines the errors of an order: it was refused, or the store failed.

use failover::{PlanningError, Side};
use saga::SagaId;
use saga::bounds::few_of;

use crate::capture::CaptureError;
use crate::ports::StoreError;

/// The number of reasons that are named. The rest is counted.
const NAMED: usize = 5;

/// The reason why nothing was started. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The pair has an unfinished saga (S1).
    #[error("pair {pair} already has the unfinished saga {saga}: follow it with `switchback status`, or end it first")]
    AnotherSaga {
        /// The pair's name.
        pair: String,
        /// The unfinished saga.
        saga: SagaId,
    },
    /// The guard is fencing the side that the work should go to.
    #[error("the guard is fencing the {side} in its round {saga}: order again when that has ended, in some minutes")]
    GuardUnderWay {
        /// The side.
        side: Side,
        /// The round's saga.
        saga: SagaId,
    },
    /// A person has paused the automation.
    #[error("{by} froze the pair: {why}. `switchback thaw` ends that")]
    Frozen {
        /// The person who paused it.
        by: String,
        /// The person's reason.
        why: String,
    },
    /// There is no inventory of the leaving side.
    #[error("there is no checkpoint of the {0} and it does not answer: without one nobody knows what was active there")]
    NoCheckpoint(Side),
    /// The leaving side must be listed in full for a planned failover.
    #[error("a planned failover needs the {side} to answer in full, and it does not: {message}")]
    LeavingNotWell {
        /// The side.
        side: Side,
        /// The kind that it did not list, and the fault.
        message: String,
    },
    /// The side that the work should come back to is not well, or is not fenced.
    #[error("the {side} is not ready to take the work back: {}", few_of(reasons, NAMED, "; "))]
    TargetNotReady {
        /// The side.
        side: Side,
        /// The reasons, each with its remedy.
        reasons: Vec<String>,
    },
    /// The window is over, or too short for the saga.
    #[error("the window does not hold it: {0}")]
    Window(String),
    /// A full drill is under way, and this order does not end it.
    #[error("the full drill {name:?} is under way: end it first with `switchback drill turn-back`")]
    DrillUnderWay {
        /// The drill's name.
        name: String,
    },
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanningError),
    /// A checkpoint could not be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// The error of an order. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The order was refused.
    #[error(transparent)]
    Refused(#[from] OrderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PlanningError> for StartError {
    fn from(refused: PlanningError) -> Self {
        StartError::Refused(refused.into())
    }
}

impl From<CaptureError> for StartError {
    fn from(error: CaptureError) -> Self {
        StartError::Refused(error.into())
    }
}
