//! Says whether a pair's work runs and whether it could be moved, from the records. It is the first part of the
//! output of `status`, `check` and `abort`. It changes nothing.

use std::collections::BTreeSet;

use failover::Side;
use failover::freshness::{CheckpointFacts, Freshness};
use failover::work::{Reach, Recorded, Work, pointed_at};
use jiff::Timestamp;
use saga::SagaId;

use crate::capture::{CaptureError, outline};
use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{PairHead, StoreError};
use crate::roles::ResolvedPair;
use crate::view::{View, view};

/// The most earlier sagas that are read to find the one that froze deployments.
const LOOKED_BACK: usize = 50;

/// The first facts about a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct PairStatus {
    /// The pair as recorded. A pair without a record has the revision 0.
    pub pair: PairHead,
    /// Whether its work runs.
    pub work: Work,
    /// The state of the active side's checkpoint. `None`: nothing is recorded of the pair.
    pub checkpoint: Option<Freshness>,
}

/// Reads the status of the pair.
///
/// # Errors
///
/// [`StoreError`]. A checkpoint or a saga that cannot be read is no error. The status says so.
pub async fn pair_status(deps: &Deps) -> Result<PairStatus, StoreError> {
    let pair = pair_head(deps).await?;
    let deps = &deps.resolve(&pair);
    let taken_at = taken_at(deps, pair.active).await?;
    // A pair that was captured and never moved has no head yet. Its work is where the configuration puts it.
    let has_any = |taken: &TakenAt| taken.as_ref().map_or(true, Option::is_some);
    let recorded =
        pair.revision > 0 || has_any(&taken_at) || has_any(&self::taken_at(deps, pair.active.other()).await?);
    let running = seen(deps, pair.saga.as_ref()).await?;
    let reach = |seen: &View| Reach::of(&seen.plan, &seen.about, &seen.state);
    let ended = match &running {
        // Earlier sagas are read only to find the one that froze deployments.
        Some(seen) if reach(seen).froze => Vec::new(),
        Some(_) | None => ended(deps, &pair).await?,
    };
    let came_at = running.as_ref().or(ended.first()).and_then(|seen| pointed_at(&seen.plan, &seen.lines));
    let work = if pair.frozen && pair.saga.is_some() && running.is_none() {
        Work::Unknown { side: pair.active }
    } else {
        Work::of(Recorded {
            active: recorded.then_some(pair.active),
            frozen: pair.frozen,
            running: running.as_ref().map(reach),
            ended: ended.iter().map(reach).collect(),
        })
    };
    let at_most = deps.pair.policy.checkpoint_age;
    let of = CheckpointFacts { side: pair.active, taken_at, came_at, frozen: pair.frozen, at_most };
    let checkpoint = recorded.then(|| Freshness::of(of, deps.clock.now()));
    Ok(PairStatus { pair, work, checkpoint })
}

/// The time of the latest checkpoint of a side, or the reason why it cannot be read.
type TakenAt = Result<Option<Timestamp>, String>;

async fn taken_at(deps: &ResolvedPair, side: Side) -> Result<TakenAt, StoreError> {
    match outline(deps, side).await {
        Ok(taken) => Ok(Ok(taken.map(|taken| taken.taken_at))),
        Err(CaptureError::Store(error)) => Err(error),
        Err(other @ (CaptureError::Checkpoint(_) | CaptureError::Incomplete { .. } | CaptureError::Fenced(_))) => {
            Ok(Err(other.to_string()))
        }
    }
}

/// Reads a saga. `None`: there is none, or its record cannot be read.
async fn seen(deps: &Deps, saga: Option<&SagaId>) -> Result<Option<View>, StoreError> {
    let Some(saga) = saga else { return Ok(None) };
    match view(deps, Some(saga)).await {
        Ok(seen) => Ok(seen),
        Err(StoreError::Broken(_) | StoreError::Newer { .. }) => Ok(None),
        Err(error @ (StoreError::Refused(_) | StoreError::Again(_))) => Err(error),
    }
}

/// The sagas that are over, the newest first. The list has the last saga. While deployments are frozen, the list goes
/// back to the saga that explains why.
async fn ended(deps: &Deps, pair: &PairHead) -> Result<Vec<View>, StoreError> {
    let mut ended: Vec<View> = seen(deps, pair.last.as_ref()).await?.into_iter().collect();
    let told =
        |ended: &[View]| ended.last().is_some_and(|seen| Reach::of(&seen.plan, &seen.about, &seen.state).tells());
    if !pair.frozen || told(&ended) {
        return Ok(ended);
    }
    let known: BTreeSet<SagaId> = pair.last.iter().chain(&pair.saga).cloned().collect();
    let done = deps.pairs.done(&pair.pair).await?.into_iter().rev().map(|done| done.achieved.saga);
    for saga in done.filter(|saga| !known.contains(saga)).take(LOOKED_BACK) {
        ended.extend(seen(deps, Some(&saga)).await?);
        if told(&ended) {
            break;
        }
    }
    Ok(ended)
}
