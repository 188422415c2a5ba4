//! Releases the pair when its saga is over: the next saga may begin, the cool-down runs, and the evidence is due.

use failover::Operation;
use failover::verdict::CoolDown;
use jiff::Timestamp;
use saga::SagaId;

use crate::deps::Deps;
use crate::evidence_due;
use crate::pair::pair_head;
use crate::ports::StoreError;
use crate::update::written;

/// Releases the pair when its saga is finished, or the guard when its round is finished. The same write marks the
/// evidence as due (L9).
pub(crate) async fn release_pair(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    let mut head = pair_head(deps).await?;
    let of_guard = head.guard.as_mut().filter(|guard| guard.saga.as_ref() == Some(saga));
    if let Some(guard) = of_guard {
        guard.saga = None;
    } else if head.saga.as_ref() == Some(saga) {
        head.saga = None;
        head.last = Some(saga.clone());
        let seconds = jiff::SignedDuration::from_secs(deps.pair.watch.policy.cool_down_s);
        if let Some(moved_at) = moved_at(deps, saga).await? {
            let until = moved_at.saturating_add(seconds).unwrap_or(Timestamp::MAX);
            head.cool_down = Some(CoolDown { saga: saga.clone(), until, acknowledged_by: None });
        }
    } else {
        return Ok(());
    }
    #[cfg(feature = "mutants")]
    if deps.settings.restored.evidence_first {
        evidence_due::keep_first(deps, saga).await?;
    }
    evidence_due::mark(&mut head, saga, deps.clock.now());
    head.revision += 1;
    // Refused: somebody else has released it, or our own reply was lost. If neither is true, the next tick releases it.
    written(deps.pairs.put_pair(&head).await).map(drop)
}

/// The time when the work was moved, at which the cool-down begins. A failback that waited for lessons counts from
/// the time when the work was back. A drill on the standby alone has moved nothing.
async fn moved_at(deps: &Deps, saga: &SagaId) -> Result<Option<Timestamp>, StoreError> {
    let now = deps.clock.now();
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(Some(now)) };
    if head.kind == Operation::StandbyDrill.as_str() {
        return Ok(None);
    }
    let at_home = head.clocks.validated_at.filter(|_| head.kind == Operation::Failback.as_str());
    Ok(Some(at_home.unwrap_or(now)))
}
