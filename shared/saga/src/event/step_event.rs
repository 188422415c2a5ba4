//! The events of one step.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bounds::capped_text as cap;
use crate::fault::Fault;
use crate::plan::StepId;

/// One thing that happened to one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StepEvent {
    /// The effect of a step may be under way. Only steps of [`crate::Class::Intended`] have this event.
    Intended {
        /// Id of the step.
        step: StepId,
    },
    /// An attempt ended, and the step is not yet as wanted.
    Tried {
        /// Id of the step.
        step: StepId,
        /// Number of attempts so far.
        attempts: u32,
        /// The fault that ended the attempt.
        fault: Fault,
        /// Earliest time of the next attempt.
        next_at: Timestamp,
    },
    /// The step was read back in the wanted state (S5).
    Done {
        /// Id of the step.
        step: StepId,
        /// Number of attempts so far.
        attempts: u32,
        /// Note for people about the state that was read.
        note: String,
    },
    /// Only a person can help this step.
    Blocked {
        /// Id of the step.
        step: StepId,
        /// Number of attempts so far.
        attempts: u32,
        /// The fault. The page of its code says what to do.
        fault: Fault,
    },
    /// A person has helped. The step, blocked or waiting, is due at once.
    Unblocked {
        /// Id of the step.
        step: StepId,
        /// Name of the person.
        by: String,
    },
    /// The saga goes on without this step. A person decided so, or nothing but optional steps was left.
    Waived {
        /// Id of the step.
        step: StepId,
        /// Name of the person, or of the rule for optional steps.
        by: String,
        /// Reason of the decision.
        why: String,
    },
}

impl StepEvent {
    /// The tags of these events, as their lines carry them.
    pub(super) const TAGS: &[&str] = &["intended", "tried", "done", "blocked", "unblocked", "waived"];

    /// Id of the step.
    pub fn step(&self) -> StepId {
        match self {
            StepEvent::Intended { step }
            | StepEvent::Tried { step, .. }
            | StepEvent::Done { step, .. }
            | StepEvent::Blocked { step, .. }
            | StepEvent::Unblocked { step, .. }
            | StepEvent::Waived { step, .. } => *step,
        }
    }

    /// Whether an event like this may be recorded while a person holds the saga.
    pub(crate) fn may_follow_hold(&self) -> bool {
        match self {
            StepEvent::Unblocked { .. } | StepEvent::Waived { .. } => true,
            StepEvent::Intended { .. }
            | StepEvent::Tried { .. }
            | StepEvent::Done { .. }
            | StepEvent::Blocked { .. } => false,
        }
    }

    pub(super) fn capped(self) -> Self {
        let cap_fault = |fault: Fault| Fault { message: cap(fault.message), ..fault };
        match self {
            StepEvent::Intended { step } => StepEvent::Intended { step },
            StepEvent::Tried { step, attempts, fault, next_at } => {
                StepEvent::Tried { step, attempts, fault: cap_fault(fault), next_at }
            }
            StepEvent::Done { step, attempts, note } => StepEvent::Done { step, attempts, note: cap(note) },
            StepEvent::Blocked { step, attempts, fault } => {
                StepEvent::Blocked { step, attempts, fault: cap_fault(fault) }
            }
            StepEvent::Unblocked { step, by } => StepEvent::Unblocked { step, by: cap(by) },
            StepEvent::Waived { step, by, why } => StepEvent::Waived { step, by: cap(by), why: cap(why) },
        }
    }
}
