//! Tries the evidence that is still due, as the pair's head names it (L9).
//!
//! A saga frees its pair first, and its evidence cannot prevent that. Each try is on record before it begins. So a
//! process that ends in a try, e.g. since it ran out of memory or time, does not try for ever. After [`TRIES`] tries
//! the evidence is given up, `EVIDENCE-NOT-KEPT` is logged, and the history says that no object was stored.

use failover::evidence::Achieved;
use jiff::{SignedDuration, Timestamp};
use saga::SagaId;

use crate::deps::Deps;
use crate::evidence::{EvidenceError, keep};
use crate::pair::{change_pair, pair_head};
use crate::ports::{DoneItem, EvidenceDue, PairHead, STORE_VERSION, SagaStatus, StoreError};

/// The most tries for the evidence of one saga.
pub const TRIES: u32 = 5;

/// The pause after the start of a try. No other try begins during it, since the first may be under way.
pub const PAUSE: SignedDuration = SignedDuration::from_secs(50);

/// The most sagas that are named at a time (S25).
const MOST: usize = 32;

/// Names a saga that releases its pair with the next write.
pub(crate) fn mark(head: &mut PairHead, saga: &SagaId, now: Timestamp) {
    if head.evidence_due.iter().any(|due| due.saga == *saga) {
        return;
    }
    if head.evidence_due.len() >= MOST {
        not_kept(&head.evidence_due.remove(0).saga, &"too many others wait for theirs");
    }
    head.evidence_due.push(EvidenceDue { saga: saga.clone(), ended_at: now, tries: 0, tried_at: None });
}

/// Stores the evidence that is due and that no other process is trying. Returns the number of sagas whose evidence is
/// still due.
///
/// # Errors
///
/// [`StoreError`] of the pair's head. Evidence that cannot be stored is no error: it is tried again, or logged.
pub async fn keep_due(deps: &Deps) -> Result<usize, StoreError> {
    for due in pair_head(deps).await?.evidence_due {
        let now = deps.clock.now();
        if due.tried_at.is_some_and(|at| now.duration_since(at) < PAUSE) {
            continue;
        }
        if due.tries >= TRIES {
            // Every try ended with its process.
            not_kept(&due.saga, &"each try to keep it ended before its time, probably for want of memory");
            put_bare(deps, &due).await?;
            forget(deps, &due.saga).await?;
        } else if begin(deps, &due, now).await? {
            one_try(deps, &due).await?;
        }
    }
    Ok(pair_head(deps).await?.evidence_due.len())
}

/// Stores the evidence while the saga still holds its pair. This is an earlier fault (L9).
#[cfg(feature = "mutants")]
pub(crate) async fn keep_first(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    match keep(deps, saga, true).await {
        Err(EvidenceError::Store(error)) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn one_try(deps: &Deps, due: &EvidenceDue) -> Result<(), StoreError> {
    let is_last = due.tries + 1 >= TRIES;
    match keep(deps, &due.saga, is_last).await {
        Ok(()) => {}
        Err(EvidenceError::Store(StoreError::Again(why))) if !is_last => {
            tracing::warn!(saga = %due.saga, why, "the evidence of a saga is tried again");
            return Ok(());
        }
        Err(error) => not_kept(&due.saga, &error),
    }
    forget(deps, &due.saga).await
}

/// Records that a try begins. `false`: another process has begun it, or the evidence is stored by now.
async fn begin(deps: &Deps, due: &EvidenceDue, now: Timestamp) -> Result<bool, StoreError> {
    change_pair(deps, |head| match head.evidence_due.iter_mut().find(|known| *known == due) {
        Some(known) => {
            known.tries += 1;
            known.tried_at = Some(now);
            true
        }
        None => false,
    })
    .await
}

async fn forget(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    change_pair(deps, |head| {
        let before = head.evidence_due.len();
        head.evidence_due.retain(|due| due.saga != *saga);
        head.evidence_due.len() < before
    })
    .await
    .map(drop)
}

/// Writes the history's item of a saga without a record. It has the facts of the saga's head, and no seal.
async fn put_bare(deps: &Deps, due: &EvidenceDue) -> Result<(), StoreError> {
    let known = deps.pairs.done(&deps.pair.name).await?;
    let Some(head) = deps.sagas.head(&due.saga).await? else { return Ok(()) };
    let SagaStatus::Finished(outcome) = head.status else { return Ok(()) };
    if known.iter().any(|done| done.achieved.saga == due.saga) {
        return Ok(());
    }
    let achieved = Achieved {
        saga: head.saga,
        kind: head.kind,
        by: head.by,
        began_at: head.clocks.noticed_at.unwrap_or(due.ended_at),
        ended_at: due.ended_at,
        outcome,
        clocks: Vec::new(),
        worst_dataset: None,
        worst_loss_s: None,
        losses_not_met: 0,
        seal: String::new(),
    };
    deps.pairs.put_done(&DoneItem { version: STORE_VERSION, pair: head.pair, achieved, key: None }).await
}

fn not_kept(saga: &SagaId, why: &dyn std::fmt::Display) {
    tracing::error!(code = "EVIDENCE-NOT-KEPT", %saga, %why, "no evidence of a saga was kept");
}
