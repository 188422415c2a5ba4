//! Ingests signals.

use std::collections::BTreeMap;

use failover::signal::{About, Signal, Track};
use futures::future::try_join_all;
use saga::bounds::capped;

use crate::deps::Deps;
use crate::ports::{STORE_VERSION, StoreError, TrackItem};
use crate::update::{TRIES, update, written};

/// In bytes: the longest text of one signal.
const TEXT: usize = 1_000;

/// Ingests signals. Returns the number of tracks that changed. The order of the signals does not matter, and a signal
/// may come twice.
///
/// # Errors
///
/// [`StoreError`]. The signals that were written stay, and all of them may be sent again.
pub async fn ingest(deps: &Deps, signals: Vec<Signal>) -> Result<usize, StoreError> {
    let now = deps.clock.now();
    let mut tracks: BTreeMap<About, Track> = BTreeMap::new();
    for signal in signals {
        let signal = signal.heard_at(now);
        let track = Track::of(&Signal { text: capped(&signal.text, TEXT), ..signal });
        let merged = tracks.get(&track.about).map_or_else(|| track.clone(), |known| known.merge(&track));
        tracks.insert(track.about.clone(), merged);
    }
    let written = try_join_all(tracks.values().map(|track| write(deps, track))).await?;
    Ok(written.into_iter().filter(|new| *new).count())
}

async fn write(deps: &Deps, heard: &Track) -> Result<bool, StoreError> {
    let once = || async {
        let known = deps.signals.track(&deps.pair.name, &heard.about).await?;
        let (track, revision) = match &known {
            Some(item) => (item.track.merge(heard), item.revision),
            None => (heard.clone(), 0),
        };
        if known.is_some_and(|item| item.track == track) {
            return Ok(Some(false));
        }
        let item = TrackItem { version: STORE_VERSION, track, revision: revision + 1 };
        Ok(written(deps.signals.put_track(&deps.pair.name, &item).await)?.then_some(true))
    };
    let about = &heard.about;
    update(TRIES, once, || Err(StoreError::Again(format!("the track of {} {}", about.source, about.subject)))).await
}
