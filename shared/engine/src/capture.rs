//! Taking the checkpoint of a side while it is well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use failover::{CHECKPOINT_VERSION, Checkpoint, Missing, PairName, Side};
use futures::future::join_all;
use saga::Reaction;

use crate::deps::Deps;
use crate::limiter::turnstile::Turnstile;
use crate::ports::{Looking, StoreError};
use crate::start::pair_head;

/// The key of the latest checkpoint of a side.
pub fn checkpoint_key(pair: &PairName, side: Side) -> String {
    format!("pairs/{pair}/checkpoints/{side}/latest.json")
}

/// Lists a side. Kinds are listed side by side; one that cannot be listed keeps none waiting.
pub async fn list_side(deps: &Deps, side: Side, time_out: Duration) -> Checkpoint {
    let workspace = deps.pair.side(side);
    let taken_at = deps.clock.now();
    let pass = Turnstile::new(side.as_str(), Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out);
    let listings = workspace.kinds().iter().filter(|kind| kind.fenced).map(|kind| {
        let pass = &pass;
        async move { (kind.name, workspace.list(kind.name, Looking::Record, pass).await) }
    });
    let mut resources = Vec::new();
    let mut missing = BTreeMap::new();
    for (kind, listed) in join_all(listings).await {
        match listed {
            Ok(seen) => {
                resources.extend(seen.iter().filter(|seen| workspace.recorded(seen)).map(|seen| workspace.record(seen)))
            }
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
    deps.objects.put(&checkpoint_key(&deps.pair.name, side), checkpoint.to_bytes()?).await?;
    Ok(checkpoint)
}

/// The latest checkpoint of a side, if one was ever taken.
///
/// # Errors
///
/// [`CaptureError`].
pub async fn latest(deps: &Deps, side: Side) -> Result<Option<Checkpoint>, CaptureError> {
    let bytes = deps.objects.get(&checkpoint_key(&deps.pair.name, side)).await?;
    Ok(bytes.map(|bytes| Checkpoint::from_bytes(&bytes)).transpose()?)
}
