//! Taking the checkpoint of a side while it is well.

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
use crate::limiter::turnstile::Turnstile;
use crate::ports::{Looking, Observed, PairHead, StoreError};
use crate::start::pair_head;

/// The key of the latest checkpoint of a side. It goes by the workspace and not by its home, so that a
/// promotion moves nothing.
pub fn checkpoint_key(deps: &Deps, side: Side) -> String {
    format!("{}/latest.json", checkpoints(deps, side))
}

/// The key of what a standby was like before work came to it.
pub fn prepared_key(deps: &Deps, side: Side) -> String {
    format!("{}/prepared.json", checkpoints(deps, side))
}

/// The key of one version of a side's checkpoint, which is never overwritten. Versions have a prefix of their own,
/// so that a bucket's lifecycle can let old ones go and never reaches the latest checkpoint.
pub fn version_key(deps: &Deps, side: Side, content: &str) -> String {
    format!("checkpoints/{}/{}/{content}.json", deps.pair.name, place(deps, side))
}

fn checkpoints(deps: &Deps, side: Side) -> String {
    format!("pairs/{}/checkpoints/{}", deps.pair.name, place(deps, side))
}

fn place(deps: &Deps, side: Side) -> String {
    let host = deps.pair.host(side).replace(':', "-");
    if host.is_empty() { side.as_str().to_owned() } else { host }
}

/// Lists a side. Kinds are listed side by side; one that cannot be listed keeps none waiting.
pub async fn list_side(deps: &Deps, side: Side, time_out: Duration) -> Checkpoint {
    let workspace = deps.pair.side(side);
    let taken_at = deps.clock.now();
    let pass = Turnstile::new(side.as_str(), Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out);
    let listings = workspace.kinds().iter().filter(|kind| kind.fenced).map(|kind| {
        let pass = &pass;
        async move {
            let listed = workspace.list(kind.name, Looking::Record, pass).await;
            // One by one, so that what was read and what is recorded of it are not both in memory (S26).
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
                let why = match fault.reaction {
                    Reaction::UnsupportedHere => Missing::UnsupportedHere { message },
                    Reaction::Again { .. }
                    | Reaction::VerifyFirst
                    | Reaction::AlreadySo
                    | Reaction::PersonNeeded
                    | Reaction::WaitForOthers => Missing::NotListed { message },
                };
                missing.insert(kind.to_owned(), why);
            }
        }
    }
    resources.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
    Checkpoint { version: CHECKPOINT_VERSION, pair: deps.pair.name.clone(), side, taken_at, resources, missing }
}

/// A checkpoint that could not be taken or kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// A kind was not listed, so the last good checkpoint is kept.
    #[error("the {side} was not captured, the last checkpoint is kept: {message}")]
    Incomplete {
        /// Which side.
        side: Side,
        /// The first kind that failed, and why.
        message: String,
    },
    /// A saga has fenced it, or has begun to: what is active there no longer tells what was.
    #[error(
        "the {0} was not captured, the last checkpoint is kept: a saga has fenced it or has begun to, so what is off \
         there now may have been on"
    )]
    Fenced(Side),
    /// It could not be written or read as a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Captures a side: lists all of it and keeps that as its latest checkpoint.
/// An incomplete listing replaces nothing.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn capture(deps: &Deps, side: Side) -> Result<Checkpoint, CaptureError> {
    let taken = take(deps, side).await?;
    taken.deps.objects.put(&checkpoint_key(&taken.deps, side), taken.checkpoint.to_bytes()?.into()).await?;
    Ok(taken.checkpoint)
}

/// A whole listing of a side that is not kept yet.
pub(crate) struct Taken {
    /// With the sides as the pair's head had them when the listing began.
    pub(crate) deps: Deps,
    /// The listing.
    pub(crate) checkpoint: Checkpoint,
    /// The latest checkpoint, which it may replace.
    pub(crate) recorded: Option<Checkpoint>,
}

/// Lists all of a side for its checkpoint. Keeps nothing.
///
/// # Errors
///
/// [`CaptureError`].
pub(crate) async fn take(deps: &Deps, side: Side) -> Result<Taken, CaptureError> {
    let head = pair_head(deps).await?;
    refuse_fenced(&head, side)?;
    let deps = deps.as_recorded(&head);
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

/// A side that a saga fences tells no more what was active on it. Neither does the primary while the work is on
/// the standby: its record says what goes on there again once the work is home.
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
pub async fn latest(deps: &Deps, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    read(deps, &checkpoint_key(deps, side), side).await
}

/// When a checkpoint was taken, and how much stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointOutline {
    /// When its listing began.
    pub taken_at: Timestamp,
    /// So many resources.
    pub resources: usize,
}

/// When the latest checkpoint of a side was taken, if one ever was. What stands in it is counted and not kept in
/// memory: that of a large side is large.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn outline(deps: &Deps, side: Side) -> Result<Option<CheckpointOutline>, CaptureError> {
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

/// What a standby was like before work came to it, if that was ever recorded.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn prepared(deps: &Deps, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    read(deps, &prepared_key(deps, side), side).await
}

/// Whether a kind that a side answers to be unsupported was unsupported there before: no record of the side has a
/// resource of it. A kind of which a record has one is not believed to be gone, and neither is one while a record
/// cannot be read.
pub(crate) async fn never_had(deps: &Deps, side: Side, kind: &str) -> bool {
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

async fn read(deps: &Deps, key: &str, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    let bytes = deps.objects.get(key).await?;
    let read = bytes.map(|bytes| Checkpoint::from_bytes(&bytes)).transpose()?;
    // A promotion has given its workspace another home since.
    Ok(read.map(|checkpoint| Checkpoint { side, ..checkpoint }))
}
