//! Wakes sagas. A wake message and the tick do the same.

use futures::future::join_all;
use saga::SagaId;
use saga::bounds::few_of;

use crate::approvals::reconcile;
use crate::deps::Deps;
use crate::drills;
use crate::evidence_due::keep_due;
use crate::guard::{Guarded, guard};
use crate::pair::pair_head;
use crate::ports::StoreError;
use crate::runner::{Driven, RunnerError, drive};

/// The number of unseen resources that the log names. The rest is counted.
const NAMED: usize = 8;

/// Drives one saga, as a wake message asks for, and goes on with the drill that it may belong to.
///
/// # Errors
///
/// [`RunnerError`]: the reason why the runner had to stop.
pub async fn wake(deps: &Deps, saga: &SagaId, owner: &str) -> Result<Driven, RunnerError> {
    let driven = drive(deps, saga, owner).await?;
    // The next part of a drill need not wait for the tick.
    if driven == Driven::Over {
        drills::reconcile(deps).await?;
    }
    Ok(driven)
}

/// Drives the sagas that no message has woken, guards the side that was left, and reconciles an open question and a
/// full drill. It runs once a minute, and does constant work when nothing is due (L6).
///
/// # Errors
///
/// [`RunnerError`]: the reason why a runner had to stop, or the guard could not be recorded.
pub async fn tick(deps: &Deps, owner: &str) -> Result<Driven, RunnerError> {
    let Some(mut head) = deps.pairs.pair(&deps.pair.name).await? else { return Ok(Driven::Over) };
    // This comes before any drive, since the drill may have to be turned back.
    if head.drill.is_some() {
        drills::reconcile(deps).await?;
        head = pair_head(deps).await?;
    }
    let drilling = head.drill.is_some();
    let evidence_is_due = !head.evidence_due.is_empty();
    // The pair's saga is the first, if there is one. A round of the guard is driven beside it.
    let unfinished: Vec<SagaId> = head.unfinished().cloned().collect();
    let drives = join_all(unfinished.iter().map(|saga| drive(deps, saga, owner)));
    let (driven, guarded) = futures::join!(drives, guard(deps, head, deps.settings.guard_interval));
    if let Guarded::Quiet { side, unseen } = guarded?
        && !unseen.is_empty()
    {
        let unseen = few_of(unseen, NAMED, "; ");
        tracing::warn!(%side, unseen, "the guard could not see to everything on the side that was left");
    }
    if let Some(saga) = unfinished.first() {
        reconcile(deps, saga).await?;
    }
    if drilling {
        drills::reconcile(deps).await?;
    }
    // This comes last, since a process may end in it.
    if evidence_is_due {
        keep_due(deps).await?;
    }
    let mut first = Driven::Over;
    for (place, driven) in driven.into_iter().enumerate() {
        let driven = driven?;
        if place == 0 {
            first = driven;
        }
    }
    Ok(first)
}

/// Asks for a saga to be aborted and wakes it. It is acknowledged only when its runner has recorded the end. After
/// that no effect can land (S14).
///
/// # Errors
///
/// [`StoreError::Refused`] if the saga is finished or unknown, or another [`StoreError`].
pub async fn abort(deps: &Deps, saga: &SagaId, by: &str) -> Result<(), StoreError> {
    crate::controls::abort(deps, saga, by, "no reason was given").await
}
