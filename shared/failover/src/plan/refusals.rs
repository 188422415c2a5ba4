//! The reasons why there is no plan.

use super::Ask;
use crate::checkpoint::Missing;
use crate::operation::Operation;
use crate::pair::Side;

/// The reason why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanningError {
    /// The work is already on the target.
    #[error("the {0} is already the active side of this pair: there is nothing to move to it")]
    TargetIsActive(Side),
    /// A failback was ordered, and the work is already on its target.
    #[error("the work is on the {0}, where it is at home: there is nothing to fail back; `switchback status` shows it")]
    AtHome(Side),
    /// A checkpoint is about another side or another pair.
    #[error("the checkpoint is of {found}, not of {wanted}: capture the right side")]
    WrongCheckpoint {
        /// Side and pair of the checkpoint.
        found: String,
        /// Side and pair that were needed.
        wanted: String,
    },
    /// The checkpoint has no resource in it.
    #[error("the checkpoint of the {0} holds no resource: capture it with a principal that may see them")]
    NothingThere(Side),
    /// A kind of the target could not be listed.
    #[error("the {side} did not list its kind {kind}: {message}")]
    TargetNotListed {
        /// The target of the operation.
        side: Side,
        /// Name of the kind.
        kind: String,
        /// Reason why it was not listed.
        message: String,
    },
    /// A declared action cannot be planned.
    #[error("{action} cannot be planned: {why}")]
    Action {
        /// Purpose and name of the action.
        action: String,
        /// Reason, with the remedy.
        why: String,
    },
    /// The plan contradicts itself, which is a fault of the builder.
    #[error(transparent)]
    Plan(#[from] saga::PlanError),
}

/// Refuses an order that cannot be planned.
pub(super) fn refuse(ask: &Ask<'_>) -> Result<(), PlanningError> {
    let target = ask.leaving.other();
    // A saga that was aborted in the middle is turned back while the side that it was leaving is still active.
    if ask.active != ask.leaving && !ask.past.midway && !ask.is_in_place() {
        return Err(if ask.operation == Operation::Failback {
            PlanningError::AtHome(target)
        } else {
            PlanningError::TargetIsActive(target)
        });
    }
    for (checkpoint, side) in [(ask.here, ask.leaving), (ask.there, target)] {
        if checkpoint.side != side || checkpoint.pair != *ask.pair {
            return Err(PlanningError::WrongCheckpoint {
                found: format!("the {} of {}", checkpoint.side, checkpoint.pair),
                wanted: format!("the {side} of {}", ask.pair),
            });
        }
    }
    if ask.here.resources.is_empty() {
        return Err(PlanningError::NothingThere(ask.leaving));
    }
    for (kind, missing) in &ask.there.missing {
        match missing {
            Missing::UnsupportedHere { .. } => {}
            Missing::NotListed { message } => {
                return Err(PlanningError::TargetNotListed {
                    side: target,
                    kind: kind.clone(),
                    message: message.clone(),
                });
            }
        }
    }
    Ok(())
}
