//! Ends a saga that can give way, since a lost region does not wait for it.
//!
//! A failback is not closed without lessons (R43), and holds its pair until then. A drill on the standby alone uses
//! neither the primary nor data. The verdict ignores both. When it proposes, the lessons are waived, or the drill is
//! aborted, with the reason on record. Lessons can be added to a finished saga at any time. A resource that the drill
//! has started is started by the failover, too.

use failover::Course;
use failover::plan::own;
use jiff::SignedDuration;
use saga::{SagaId, StepId, StepState};

use crate::controls::{Ordered, abort, order};
use crate::deps::Deps;
use crate::ports::{Control, SagaStatus, StoreError};
use crate::runner::Stopped;

/// The time that a proposal waits until the saga before it has released the pair. After it the next poll tries again.
const PATIENCE: SignedDuration = SignedDuration::from_secs(40);
/// The name that ends the saga.
const BY: &str = "the verdict";
const NO_LESSONS: &str =
    "a failover is proposed, which does not wait for lessons: add them with `switchback lesson add --saga`";
const NO_DRILL: &str = "a failover is proposed, which does not wait for a drill";

/// A saga that gives way to a failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GivesWay {
    pub(super) saga: SagaId,
    how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// Only the step in which the saga waits for lessons is open.
    Lessons(StepId),
    /// The saga is a drill.
    Drill,
}

/// Whether a saga gives way to a failover.
pub(super) async fn gives_way(deps: &Deps, saga: &SagaId) -> Result<Option<GivesWay>, StoreError> {
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(None) };
    let gives_way = |how| Ok(Some(GivesWay { saga: saga.clone(), how }));
    if head.kind == Course::StandbyDrill.as_str() {
        return gives_way(How::Drill);
    }
    if head.status != SagaStatus::PersonNeeded || head.tally.open() != 1 {
        return Ok(None);
    }
    let items = deps.sagas.steps(saga).await?;
    let open = items.into_iter().find(|item| item.kind == own::LESSONS && item.record.state == StepState::Blocked);
    match open {
        Some(item) => gives_way(How::Lessons(item.step)),
        None => Ok(None),
    }
}

/// Ends such a saga. `false`: it has not ended yet.
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
    crate::runner::drive(deps, &way.saga, BY).await.map_err(of)?;
    let head = crate::pair::pair_head(deps).await?;
    Ok(head.saga.as_ref() != Some(&way.saga))
}

fn of(stopped: Stopped) -> StoreError {
    if let Stopped::Store(error) = stopped { error } else { StoreError::Again(stopped.to_string()) }
}
