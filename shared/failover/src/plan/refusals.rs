//! Why there is no plan.

use super::Ask;
use crate::checkpoint::Missing;
use crate::course::Course;
use crate::pair::Side;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefused {
    /// The work is on the target already.
    #[error("the {0} is already the active side of this pair: there is nothing to move to it")]
    TargetIsActive(Side),
    /// The work is at home.
    #[error("the work is on the {0}, where it is at home: there is nothing to fail back; `switchback status` shows it")]
    AtHome(Side),
    /// A checkpoint is of another side or pair.
    #[error("the checkpoint is of {found}, not of {wanted}: capture the right side")]
    WrongCheckpoint {
        /// What it is of.
        found: String,
        /// What was needed.
        wanted: String,
    },
    /// The checkpoint has nothing in it.
    #[error("the checkpoint of the {0} holds no resource: capture it with a principal that may see them")]
    NothingThere(Side),
    /// A kind of the target could not be listed.
    #[error("the {side} did not list its kind {kind}: {message}")]
    TargetNotListed {
        /// The target.
        side: Side,
        /// Which kind.
        kind: String,
        /// Why not.
        message: String,
    },
    /// A declared errand cannot be planned.
    #[error("{errand} cannot be planned: {why}")]
    Errand {
        /// Its duty and name.
        errand: String,
        /// Why not, with the remedy.
        why: String,
    },
    /// The plan does not hold together; a fault of the builder.
    #[error(transparent)]
    Plan(#[from] saga::PlanError),
}

/// Refuses what cannot be planned.
pub(super) fn refuse(ask: &Ask<'_>) -> Result<(), PlanRefused> {
    let target = ask.leaving.other();
    // A saga that was aborted in the middle is turned back while its leaving side is the active one still.
    if ask.active != ask.leaving && !ask.past.midway && !ask.is_in_place() {
        return Err(if ask.course == Course::Failback {
            PlanRefused::AtHome(target)
        } else {
            PlanRefused::TargetIsActive(target)
        });
    }
    for (checkpoint, side) in [(ask.here, ask.leaving), (ask.there, target)] {
        if checkpoint.side != side || checkpoint.pair != *ask.pair {
            return Err(PlanRefused::WrongCheckpoint {
                found: format!("the {} of {}", checkpoint.side, checkpoint.pair),
                wanted: format!("the {side} of {}", ask.pair),
            });
        }
    }
    if ask.here.resources.is_empty() {
        return Err(PlanRefused::NothingThere(ask.leaving));
    }
    for (kind, missing) in &ask.there.missing {
        match missing {
            Missing::UnsupportedHere { .. } => {}
            Missing::NotListed { message } => {
                return Err(PlanRefused::TargetNotListed {
                    side: target,
                    kind: kind.clone(),
                    message: message.clone(),
                });
            }
        }
    }
    Ok(())
}
