//! Keeps ready what a failover needs of its pair: a checkpoint of both sides, and the published object that says
//! which side is active (R7). It runs every few minutes, also while all is well.
//!
//! Both sides are listed in parallel, and a side that does not answer does not delay the other. Each content that was
//! read is stored as a version of its own. While the verdict on the active side is suspected or alarmed, its latest
//! checkpoint stays as it is: a resource that the trouble has stopped counts as active (S30).

use failover::verdict::Level;
use failover::{Checkpoint, Side};
use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::capture::{CaptureError, Taken, latest, take};
use crate::deps::Deps;
use crate::detection::last_verdict;
use crate::keys::{checkpoint_key, published_key, version_key};
use crate::pair::pair_head;
use crate::ports::{PairHead, StoreError};
use crate::runner::Published;

/// The time limit of one listing. A side that takes longer is not captured in this round, since the result of the
/// other side is due.
const PATIENCE: SignedDuration = SignedDuration::from_mins(4);

/// The most rounds of one publication. Each round compares the published object with the pair's head, and writes the
/// object if they differ.
const TRIES: u32 = 4;

/// The number of hexadecimal digits in a version's name: 128 bits of the hash of its content.
const NAME: usize = 32;

/// The result of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The results of both sides, the primary first.
    pub sides: [SideSynced; 2],
    /// The result for the published object.
    pub publishing: Publishing,
}

/// The result for one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideSynced {
    /// The side.
    pub side: Side,
    /// Whether the work is there.
    pub active: bool,
    /// The result of the listing.
    pub captured: Captured,
    /// The time of its latest checkpoint. `None`: there is no checkpoint, and a failover from this side needs one.
    pub taken_at: Option<Timestamp>,
}

/// The result of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    /// The listing is the latest checkpoint now.
    Latest {
        /// The number of resources.
        resources: usize,
    },
    /// The listing is stored as a version, and the latest checkpoint stays as it is.
    Version {
        /// The number of resources.
        resources: usize,
        /// The reason why it does not replace the latest checkpoint.
        why: String,
    },
    /// Nothing was stored, and the latest checkpoint stays as it is.
    Nothing {
        /// The reason.
        why: String,
    },
}

/// The result for the published object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishing {
    /// It agrees with the pair's head.
    AsRecorded,
    /// It was absent or did not agree, and was written.
    Written,
    /// A saga is under way, and it publishes for itself.
    LeftToSaga,
}

/// Captures both sides and publishes which side is active.
///
/// # Errors
///
/// [`StoreError`]: the records could not be read or written. A side that does not answer is no error.
pub async fn sync(deps: &Deps) -> Result<Synced, StoreError> {
    let (primary, standby, publishing) =
        futures::join!(side(deps, Side::Primary), side(deps, Side::Standby), publish(deps));
    Ok(Synced { sides: [primary?, standby?], publishing: publishing? })
}

async fn side(deps: &Deps, side: Side) -> Result<SideSynced, StoreError> {
    let give_up = deps.clock.now().saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
    let taking = Box::pin(taken(deps, side));
    let captured = match select(taking, deps.clock.sleep_until(give_up)).await {
        Either::Left((Ok(captured), _)) => captured,
        Either::Left((Err(CaptureError::Store(error)), _)) => return Err(error),
        Either::Left((Err(refused), _)) => Captured::Nothing { why: refused.to_string() },
        Either::Right(((), _)) => {
            let limit = PATIENCE.as_secs();
            Captured::Nothing {
                why: format!("the {side} was not listed within {limit} s, the last checkpoint is kept"),
            }
        }
    };
    let head = pair_head(deps).await?;
    let taken_at = match latest(&deps.resolve(&head), side).await {
        Ok(recorded) => recorded.map(|recorded| recorded.taken_at),
        Err(CaptureError::Store(error)) => return Err(error),
        // A failover cannot use such a checkpoint either.
        Err(CaptureError::Checkpoint(_) | CaptureError::Incomplete { .. } | CaptureError::Fenced(_)) => None,
    };
    Ok(SideSynced { side, active: head.active == side, captured, taken_at })
}

/// Lists a side and stores the result.
async fn taken(deps: &Deps, side: Side) -> Result<Captured, CaptureError> {
    let taken = take(deps, side).await?;
    let resources = taken.checkpoint.resources.len();
    let differs = match &taken.recorded {
        Some(recorded) => name_of(recorded)? != name_of(&taken.checkpoint)?,
        None => true,
    };
    if differs {
        keep_version(&taken, side, &taken.checkpoint).await?;
    }
    if let Some(recorded) = &taken.recorded {
        if let Some(why) = trouble(deps, side).await {
            return Ok(Captured::Version { resources, why });
        }
        if differs {
            // The recorded checkpoint may have been the latest for longer than a version is kept.
            keep_version(&taken, side, recorded).await?;
        }
    }
    taken.deps.objects.put(&checkpoint_key(&taken.deps, side), taken.checkpoint.to_bytes()?.into()).await?;
    Ok(Captured::Latest { resources })
}

/// The reason why a new listing of a side must not replace the earlier one (S30). It is read after the listing, since
/// a listing takes a while.
async fn trouble(deps: &Deps, side: Side) -> Option<String> {
    let verdict = match last_verdict(deps).await {
        Ok(verdict) => verdict.filter(|verdict| verdict.side == side)?,
        Err(error) => {
            return Some(format!("the last verdict cannot be read ({error}), so the {side} may be in trouble"));
        }
    };
    match verdict.level {
        Level::Dark | Level::Calm => None,
        Level::Suspected | Level::Alarmed => {
            let since = verdict.noticed_at.unwrap_or(verdict.at);
            Some(format!(
                "the {side} is {} since {since:.0}, and trouble may have stopped what was active",
                verdict.level.as_str()
            ))
        }
    }
}

/// Stores a version. A version that exists already has the same content.
async fn keep_version(taken: &Taken, side: Side, checkpoint: &Checkpoint) -> Result<(), CaptureError> {
    let key = version_key(&taken.deps, side, &name_of(checkpoint)?);
    match taken.deps.objects.put_new(&key, checkpoint.to_bytes()?.into()).await {
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// The name of a content. It does not depend on the time, and not on the role of the workspace.
fn name_of(checkpoint: &Checkpoint) -> Result<String, CaptureError> {
    let same = Checkpoint { taken_at: Timestamp::UNIX_EPOCH, side: Side::Primary, ..checkpoint.clone() };
    let hash = Sha256::digest(same.to_bytes()?);
    let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(name[..NAME].to_owned())
}

/// Publishes the content of the pair's head, if the published object is absent or differs and no saga is under way.
///
/// A saga that begins meanwhile writes the head before the object. So the head is read again after every write. If an
/// older content came after the saga's, it is replaced by the content of the head.
async fn publish(deps: &Deps) -> Result<Publishing, StoreError> {
    let key = published_key(&deps.pair.name);
    let mut came = Publishing::AsRecorded;
    for _ in 0..TRIES {
        let head = pair_head(deps).await?;
        if head.saga.is_some() && came == Publishing::AsRecorded {
            return Ok(Publishing::LeftToSaga);
        }
        let there = deps.objects.get(&key).await?;
        let said: Option<Published> = there.as_ref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let wanted = recorded(deps, &head, said.as_ref());
        if said.as_ref() == Some(&wanted) {
            return Ok(came);
        }
        let bytes = serde_json::to_vec_pretty(&wanted).map_err(|e| StoreError::Broken(format!("{key}: {e}")))?;
        match there {
            Some(_) => deps.objects.put(&key, bytes.into()).await?,
            None => match deps.objects.put_new(&key, bytes.into()).await {
                Ok(()) | Err(StoreError::Refused(_)) => {}
                Err(other) => return Err(other),
            },
        }
        came = Publishing::Written;
    }
    Ok(came)
}

/// The published object that agrees with the pair's head. It names the saga under way, which was the last to publish
/// or will be the next. Without such a saga it keeps the saga that it names already, or names the last one that
/// ended.
fn recorded(deps: &Deps, head: &PairHead, said: Option<&Published>) -> Published {
    let url = deps.resolve(head).sides().address(head.active).map(|address| address.url.clone());
    let named = said.and_then(|said| said.saga.clone());
    Published {
        pair: deps.pair.name.clone(),
        active: head.active,
        frozen: head.frozen,
        url: url.unwrap_or_default(),
        saga: head.saga.clone().or(named).or_else(|| head.last.clone()),
    }
}
