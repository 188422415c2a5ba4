//! Taking the checkpoint of a side while it is well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use failover::{CHECKPOINT_VERSION, Checkpoint, Missing, Resource, Side};
use futures::future::join_all;
use saga::Reaction;

use crate::deps::Deps;
use crate::limiter::turnstile::Turnstile;
use crate::ports::{Looking, Observed, StoreError};
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

fn checkpoints(deps: &Deps, side: Side) -> String {
    let host = deps.pair.host(side).replace(':', "-");
    let place = if host.is_empty() { side.as_str() } else { &host };
    format!("pairs/{}/checkpoints/{place}", deps.pair.name)
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
    /// A saga has begun to fence it: what is active there no longer tells what was.
    #[error(
        "the {0} was not captured, the last checkpoint is kept: a saga has begun to fence it, so what is off there \
         now may have been on"
    )]
    Fenced(Side),
    /// It could not be written or read as a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] failover::CheckpointError),
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
    let head = pair_head(deps).await?;
    let deps = &deps.as_recorded(&head);
    if head.frozen && head.active == side {
        return Err(CaptureError::Fenced(side));
    }
    let checkpoint = list_side(deps, side, deps.settings.call_time_out).await;
    let checkpoint = match latest(deps, side).await? {
        Some(recorded) => checkpoint.doubted(&recorded),
        None => checkpoint,
    };
    for (kind, missing) in &checkpoint.missing {
        if let Missing::NotListed { message } = missing {
            return Err(CaptureError::Incomplete { side, message: format!("{kind}: {message}") });
        }
    }
    deps.objects.put(&checkpoint_key(deps, side), checkpoint.to_bytes()?).await?;
    Ok(checkpoint)
}

/// The latest checkpoint of a side, if one was ever taken.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn latest(deps: &Deps, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    read(deps, &checkpoint_key(deps, side), side).await
}

/// What a standby was like before work came to it, if that was ever recorded.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn prepared(deps: &Deps, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    read(deps, &prepared_key(deps, side), side).await
}

async fn read(deps: &Deps, key: &str, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    let bytes = deps.objects.get(key).await?;
    let read = bytes.map(|bytes| Checkpoint::from_bytes(&bytes)).transpose()?;
    // A promotion has given its workspace another home since.
    Ok(read.map(|checkpoint| Checkpoint { side, ..checkpoint }))
}
