//! Decides whether a saga gives way to a failover, since a lost region does not wait for it.
//!
//! A failback is not closed without lessons (R43), and holds its pair until then. A drill on the standby alone uses
//! neither the primary nor data. The verdict ignores both. When it proposes, the lessons are waived, or the drill is
//! aborted, with the reason on record. Lessons can be added to a finished saga at any time. A resource that the drill
//! has started is started by the failover, too.

use failover::Operation;
use failover::plan::own;
use saga::{SagaId, StepId, StepState};

use crate::deps::Deps;
use crate::ports::{SagaStatus, StoreError};

/// A saga that gives way to a failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GivesWay {
    pub(super) saga: SagaId,
    pub(super) how: How,
}

/// The reason why a saga gives way, and so the way to end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Only the step in which the saga waits for lessons is open.
    Lessons(StepId),
    /// The saga is a drill.
    Drill,
}

/// Whether a saga gives way to a failover.
pub(super) async fn gives_way(deps: &Deps, saga: &SagaId) -> Result<Option<GivesWay>, StoreError> {
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(None) };
    let gives_way = |how| Ok(Some(GivesWay { saga: saga.clone(), how }));
    if head.kind == Operation::StandbyDrill.as_str() {
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
