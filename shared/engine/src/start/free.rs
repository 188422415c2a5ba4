//! Checks whether a pair is free for a saga.

use super::{Order, OrderError};
use crate::deps::Deps;
use crate::ports::{GuardRecord, PairHead};

/// Whether a saga may begin: no saga is under way (S1), automation is not paused, and the guard is not fencing the
/// target.
pub(super) fn is_free(deps: &Deps, head: &PairHead) -> Result<(), OrderError> {
    if let Some(saga) = &head.saga {
        return Err(OrderError::AnotherSaga { pair: deps.pair.name.to_string(), saga: saga.clone() });
    }
    if let Some(freeze) = &head.freeze {
        return Err(OrderError::Frozen { by: freeze.by.clone(), why: freeze.why.clone() });
    }
    match &head.guard {
        Some(GuardRecord { side, saga: Some(saga), .. }) if *side == head.active.other() => {
            Err(OrderError::GuardUnderWay { side: *side, saga: saga.clone() })
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses a second drill while a full drill is under way. An order that moves the work for another reason is not
/// refused: a lost region does not wait for a drill.
pub(super) fn refuse_second_drill(head: &PairHead, order: &Order) -> Result<(), OrderError> {
    match &head.drill {
        Some(record) if order.operation.is_drill() => {
            Err(OrderError::DrillUnderWay { name: record.drill.name.clone() })
        }
        Some(_) | None => Ok(()),
    }
}
