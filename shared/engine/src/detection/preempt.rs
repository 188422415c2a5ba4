//! Ends a saga that gives way to a failover, with the reason on record.

use jiff::SignedDuration;

use super::giving_way::{GivesWay, How};
use crate::controls::{Ordered, abort, order};
use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{Control, StoreError};
use crate::runner::{RunnerError, drive};

/// The time that a proposal waits until the saga before it has released the pair. After it the next poll tries again.
const PATIENCE: SignedDuration = SignedDuration::from_secs(40);
/// The name that ends the saga.
const BY: &str = "the verdict";
const NO_LESSONS: &str =
    "a failover is proposed, which does not wait for lessons: add them with `switchback lesson add --saga`";
const NO_DRILL: &str = "a failover is proposed, which does not wait for a drill";

/// Ends a saga that gives way. `false`: it has not ended yet.
pub(super) async fn make_room(deps: &Deps, way: &GivesWay) -> Result<bool, StoreError> {
    match way.how {
        How::Lessons(step) => match order(deps, &way.saga, Control::Waive { step }, BY, NO_LESSONS, PATIENCE).await {
            Ok(Ordered::Taken | Ordered::Refused { .. }) => {}
            Ok(Ordered::Waiting) => return Ok(false),
            Err(stopped) => return Err(of(stopped)),
        },
        How::Drill => match abort(deps, &way.saga, BY, NO_DRILL).await {
            // Refused: it has ended meanwhile.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(other) => return Err(other),
        },
    }
    // The saga has nothing left to do, so this drive ends it.
    drive(deps, &way.saga, BY).await.map_err(of)?;
    let head = pair_head(deps).await?;
    Ok(head.saga.as_ref() != Some(&way.saga))
}

fn of(stopped: RunnerError) -> StoreError {
    if let RunnerError::Store(error) = stopped { error } else { StoreError::Again(stopped.to_string()) }
}
