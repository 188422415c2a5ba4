//! Takes the checkpoint of a side while the side is well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use failover::{CHECKPOINT_VERSION, Checkpoint, CheckpointError, Missing, Resource, Side};
use futures::future::join_all;
use jiff::Timestamp;
use saga::Reaction;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::deps::Deps;
use crate::keys::{checkpoint_key, prepared_key};
use crate::limiter::request_admission::RequestAdmission;
use crate::pair::pair_head;
use crate::ports::{Observed, PairHead, ReadPurpose, StoreError};
use crate::roles::ResolvedPair;

/// Lists a side. The kinds are listed in parallel, and a kind that cannot be listed does not delay the others.
pub async fn list_side(deps: &ResolvedPair, side: Side, time_out: Duration) -> Checkpoint {
    let workspace = deps.sides().workspace(side);
    let taken_at = deps.clock.now();
    let admission =
        RequestAdmission::new(side.as_str(), Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out);
    let listings = workspace.kinds().iter().filter(|kind| kind.fenced).map(|kind| {
        let admission = &admission;
        async move {
            let listed = workspace.list(kind.name, ReadPurpose::Record, admission).await;
            // Each resource is converted on its own, so that the listing and its record are not both in memory (S26).
            let recorded = |seen: Vec<Observed>| {
                let of_record = seen.into_iter().filter(|seen| workspace.recorded(seen));
                of_record.map(|seen| workspace.record(&seen)).collect::<Vec<Resource>>()
            };
            (kind.name, listed.map(recorded))
        }
    });
    let mut resources = Vec::new();
    let mut missing = BTreeMap::new();
    for (kind, listed) in join_all(listings).await {
        match listed {
            Ok(recorded) => resources.extend(recorded),
            Err(fault) => {
                let message = fault.to_string();
                let why = if fault.reaction == Reaction::UnsupportedHere {
                    Missing::UnsupportedHere { message }
                } else {
                    Missing::NotListed { message }
                };
                missing.insert(kind.to_owned(), why);
            }
        }
    }
    resources.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    Checkpoint { version: CHECKPOINT_VERSION, pair: deps.pair.name.clone(), side, taken_at, resources, missing }
}

/// The error of a checkpoint that could not be taken or stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// A kind was not listed, so the last good checkpoint stays.
    #[error("the {side} was not captured, the last checkpoint is kept: {message}")]
    Incomplete {
        /// The side.
        side: Side,
        /// The first kind that failed, and why.
        message: String,
    },
    /// A saga has fenced the side, or has begun to. So its state now does not show what was active before.
    #[error(
        "the {0} was not captured, the last checkpoint is kept: a saga has fenced it or has begun to, so what is off \
         there now may have been on"
    )]
    Fenced(Side),
    /// The checkpoint could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Captures a side: lists all of it, and stores the list as its latest checkpoint. An incomplete listing replaces
/// nothing.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn capture(deps: &Deps, side: Side) -> Result<Checkpoint, CaptureError> {
    let taken = take(deps, side).await?;
    taken.deps.objects.put(&checkpoint_key(&taken.deps, side), taken.checkpoint.to_bytes()?.into()).await?;
    Ok(taken.checkpoint)
}

/// A whole listing of a side that is not stored yet.
pub(crate) struct Taken {
    /// The ports and the pair, with the roles that the pair's head had when the listing began.
    pub(crate) deps: ResolvedPair,
    /// The listing.
    pub(crate) checkpoint: Checkpoint,
    /// The latest checkpoint, which the listing may replace.
    pub(crate) recorded: Option<Checkpoint>,
}

/// Lists all of a side for its checkpoint. Stores nothing.
///
/// # Errors
///
/// [`CaptureError`].
pub(crate) async fn take(deps: &Deps, side: Side) -> Result<Taken, CaptureError> {
    let head = pair_head(deps).await?;
    refuse_fenced(&head, side)?;
    let deps = deps.resolve(&head);
    let listed = list_side(&deps, side, deps.settings.call_time_out).await;
    let recorded = latest(&deps, side).await?;
    let checkpoint = match &recorded {
        Some(recorded) => listed.doubted(recorded),
        None => listed,
    };
    for (kind, missing) in &checkpoint.missing {
        if let Missing::NotListed { message } = missing {
            return Err(CaptureError::Incomplete { side, message: format!("{kind}: {message}") });
        }
    }
    // A saga may have begun to fence the side while it was listed.
    refuse_fenced(&pair_head(&deps).await?, side)?;
    Ok(Taken { deps, checkpoint, recorded })
}

/// Refuses to capture a side that a saga fences, since it no longer shows what was active on it. Also refuses to
/// capture the primary while the work is on the standby: the record of the primary says which work runs there again
/// after the failback.
fn refuse_fenced(head: &PairHead, side: Side) -> Result<(), CaptureError> {
    let fencing = head.frozen && head.active == side;
    let away = side == Side::Primary && head.active == Side::Standby;
    if fencing || away { Err(CaptureError::Fenced(side)) } else { Ok(()) }
}

/// The latest checkpoint of a side, if one was ever taken.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn latest(deps: &ResolvedPair, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    read(deps, &checkpoint_key(deps, side), side).await
}

/// The time of a checkpoint, and the number of its resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointOutline {
    /// When its listing began.
    pub taken_at: Timestamp,
    /// The number of resources.
    pub resources: usize,
}

/// The time of the latest checkpoint of a side, if there is one. Its resources are counted and not kept in memory,
/// since the checkpoint of a large side is large.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn outline(deps: &ResolvedPair, side: Side) -> Result<Option<CheckpointOutline>, CaptureError> {
    #[derive(Deserialize)]
    struct Outline {
        version: u32,
        taken_at: Timestamp,
        resources: Vec<IgnoredAny>,
    }
    let Some(bytes) = deps.objects.get(&checkpoint_key(deps, side)).await? else { return Ok(None) };
    let read = serde_json::from_slice::<Outline>(&bytes).map_err(|e| CheckpointError::Unreadable(e.to_string()))?;
    if read.version > CHECKPOINT_VERSION {
        return Err(CheckpointError::Newer { found: read.version, known: CHECKPOINT_VERSION }.into());
    }
    Ok(Some(CheckpointOutline { taken_at: read.taken_at, resources: read.resources.len() }))
}

/// The record of a standby from before work came to it, if it was ever made.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn prepared(deps: &ResolvedPair, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    read(deps, &prepared_key(deps, side), side).await
}

/// Whether a side never had a kind that it reports as unsupported: no record of the side has a resource of the kind.
/// If a record has one, the kind is not believed to be gone. The same is true while a record cannot be read.
pub(crate) async fn never_had(deps: &ResolvedPair, side: Side, kind: &str) -> bool {
    #[cfg(feature = "mutants")]
    if deps.settings.restored.never_had {
        return false;
    }
    let has = |record: &Option<Checkpoint>| record.iter().flat_map(|known| &known.resources).any(|r| r.kind == kind);
    match futures::join!(latest(deps, side), prepared(deps, side)) {
        (Ok(latest), Ok(prepared)) => !has(&latest) && !has(&prepared),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

async fn read(deps: &ResolvedPair, key: &str, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    let bytes = deps.objects.get(key).await?;
    let read = bytes.map(|bytes| Checkpoint::from_bytes(&bytes)).transpose()?;
    // A promotion may have given the workspace another role since the checkpoint was taken.
    Ok(read.map(|checkpoint| Checkpoint { side, ..checkpoint }))
}
