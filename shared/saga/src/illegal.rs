//! The refusal of an event that cannot follow the recorded ones.

use crate::plan::StepId;
use crate::step_record::StepState;

/// An event that cannot follow the recorded ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The state of a step does not allow it.
    #[error("step {step} is {state:?}, so it cannot become {event}")]
    Step {
        /// Id of the step.
        step: StepId,
        /// State of the step.
        state: StepState,
        /// The event in words, e.g. `unblocked`.
        event: &'static str,
    },
    /// The plan has no such step.
    #[error("the plan has no step {0}")]
    NoSuchStep(StepId),
    /// The plan has no such stage, or it was entered already.
    #[error("stage {0} cannot be entered: it is unknown or was entered before")]
    Stage(String),
    /// The number of attempts fell.
    #[error("step {0} would lose attempts")]
    AttemptsFell(StepId),
    /// The saga is in a phase that does not allow it, e.g. it is over (S16), has begun already, or is held.
    #[error("a saga that is {0} cannot take this event")]
    Phase(&'static str),
    /// An approval was used before (S11).
    #[error("the approval of {0} was used before")]
    UsedApproval(String),
}
