//! A region that is lost does not wait for what people have still to write down.
//!
//! A failback is not closed without lessons (R43), and holds its pair until then. Where nothing else of it is
//! open, the verdict looks past it; when it proposes, the lessons are waived with the reason on record. They
//! can be added to a finished saga at any time.

use failover::plan::own;
use jiff::SignedDuration;
use saga::{SagaId, StepId, StepState};

use crate::controls::{Ordered, order};
use crate::deps::Deps;
use crate::ports::{Control, SagaStatus, StoreError};
use crate::runner::Stopped;

/// So long a proposal waits until the saga before it has let go; else the next look tries again.
const PATIENCE: SignedDuration = SignedDuration::from_secs(40);
/// Who waives them.
const BY: &str = "the verdict";
const WHY: &str =
    "a failover is proposed, which does not wait for lessons: add them with `switchback lesson add --saga`";

/// The step in which a saga waits for lessons, if that is all that is open of it.
pub(super) async fn waits_for_lessons(deps: &Deps, saga: &SagaId) -> Result<Option<StepId>, StoreError> {
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(None) };
    if head.status != SagaStatus::PersonNeeded || head.tally.open() != 1 {
        return Ok(None);
    }
    let items = deps.sagas.steps(saga).await?;
    let open = items.into_iter().find(|item| item.kind == own::LESSONS && item.record.state == StepState::Blocked);
    Ok(open.map(|item| item.step))
}

/// Lets such a saga end; `false` if it has not ended yet.
pub(super) async fn make_room(deps: &Deps, saga: &SagaId, step: StepId) -> Result<bool, StoreError> {
    match order(deps, saga, Control::Waive { step }, BY, WHY, PATIENCE).await {
        Ok(Ordered::Taken | Ordered::Refused { .. }) => {}
        Ok(Ordered::Waiting) => return Ok(false),
        Err(Stopped::Store(error)) => return Err(error),
        Err(stopped) => return Err(StoreError::Again(stopped.to_string())),
    }
    // The saga has nothing open now: whoever drives it ends it.
    match crate::runner::drive(deps, saga, BY).await {
        Ok(_) => {}
        Err(Stopped::Store(error)) => return Err(error),
        Err(stopped) => return Err(StoreError::Again(stopped.to_string())),
    }
    let head = crate::start::pair_head(deps).await?;
    Ok(head.saga.as_ref() != Some(saga))
}
