//! Keeping ready what a failover needs of its pair, every few minutes and while all is well: a checkpoint of
//! both sides, and the published object that says which side is active (R7).
//!
//! Both sides are listed side by side, and a side that does not answer keeps the other not waiting. Each
//! content that was read is kept as a version of its own. While the verdict on the active side is suspected or
//! alarmed, its latest checkpoint stays as it is: a resource that the trouble has stopped counts as active (S30).

use failover::verdict::Level;
use failover::{Checkpoint, Side};
use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::capture::{CaptureError, Taken, checkpoint_key, latest, take, version_key};
use crate::deps::Deps;
use crate::noticing::last_verdict;
use crate::ports::{PairHead, StoreError};
use crate::runner::{Published, published_key};
use crate::start::pair_head;

/// A side that is not listed after this is not captured in this round: the other side's answer is due.
const PATIENCE: SignedDuration = SignedDuration::from_mins(4);

/// So often the published object is compared with the pair's head again after it was written.
const TRIES: u32 = 4;

/// Hexadecimal digits of a version's name: 128 bits of the hash of its content.
const NAME: usize = 32;

/// One round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// What came of each side, the primary first.
    pub sides: [SideSynced; 2],
    /// What came of the published object.
    pub publishing: Publishing,
}

/// What came of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideSynced {
    /// Which side.
    pub side: Side,
    /// Whether the work is there.
    pub active: bool,
    /// What came of the listing.
    pub captured: Captured,
    /// When its latest checkpoint was taken; `None`: there is none, and a failover from this side needs one.
    pub taken_at: Option<Timestamp>,
}

/// What came of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Captured {
    /// It is the latest checkpoint.
    Latest {
        /// So many resources.
        resources: usize,
    },
    /// It is kept as a version, and the latest checkpoint stays as it is.
    Version {
        /// So many resources.
        resources: usize,
        /// Why it does not replace the latest checkpoint.
        why: String,
    },
    /// Nothing was kept, and the latest checkpoint stays as it is.
    Nothing {
        /// Why.
        why: String,
    },
}

/// What came of the published object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishing {
    /// It says what the pair's head says.
    AsRecorded,
    /// It was absent or said something else, and was written.
    Written,
    /// A saga is under way, which publishes for itself.
    LeftToSaga,
}

/// Captures both sides and publishes which side is active.
///
/// # Errors
///
/// [`StoreError`]: what is recorded could not be read or written. That a side does not answer is none.
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
    let taken_at = match latest(&deps.as_recorded(&head), side).await {
        Ok(recorded) => recorded.map(|recorded| recorded.taken_at),
        Err(CaptureError::Store(error)) => return Err(error),
        // A failover cannot use it either.
        Err(CaptureError::Checkpoint(_) | CaptureError::Incomplete { .. } | CaptureError::Fenced(_)) => None,
    };
    Ok(SideSynced { side, active: head.active == side, captured, taken_at })
}

/// Lists a side and keeps what was read.
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
            // It may have been the latest for longer than a version is kept.
            keep_version(&taken, side, recorded).await?;
        }
    }
    taken.deps.objects.put(&checkpoint_key(&taken.deps, side), taken.checkpoint.to_bytes()?.into()).await?;
    Ok(Captured::Latest { resources })
}

/// Why what is read of a side now must not replace what was read before (S30). Asked for after the listing,
/// which takes a while.
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

/// Keeps a version; one that is there already has the same content.
async fn keep_version(taken: &Taken, side: Side, checkpoint: &Checkpoint) -> Result<(), CaptureError> {
    let key = version_key(&taken.deps, side, &name_of(checkpoint)?);
    match taken.deps.objects.put_new(&key, checkpoint.to_bytes()?.into()).await {
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// The name of a content: the same whenever, and under whichever home, it was read.
fn name_of(checkpoint: &Checkpoint) -> Result<String, CaptureError> {
    let same = Checkpoint { taken_at: Timestamp::UNIX_EPOCH, side: Side::Primary, ..checkpoint.clone() };
    let hash = Sha256::digest(same.to_bytes()?);
    let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(name[..NAME].to_owned())
}

/// Publishes what the pair's head says, where the published object is absent or says something else, and no
/// saga is under way.
///
/// A saga that begins meanwhile writes the head before the object. So the head is read again after every
/// write, and an older word that came after the saga's is replaced by what the head says then.
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

/// The published object as the pair's head wants it. It names the saga under way, which published last or will;
/// else the saga that it names already, or the last one that ended.
fn recorded(deps: &Deps, head: &PairHead, said: Option<&Published>) -> Published {
    let addresses = deps.as_recorded(head).pair.addresses;
    let url = addresses.into_iter().find(|address| address.side == head.active).map(|address| address.url);
    let named = said.and_then(|said| said.saga.clone());
    Published {
        pair: deps.pair.name.clone(),
        active: head.active,
        frozen: head.frozen,
        url: url.unwrap_or_default(),
        saga: head.saga.clone().or(named).or_else(|| head.last.clone()),
    }
}
