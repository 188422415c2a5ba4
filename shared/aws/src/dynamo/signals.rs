//! Stores what is known of a pair's health: the tracks of its signals, and remembered values.

use async_trait::async_trait;
use engine::ports::{Remembered, STORE_VERSION, Signals, StoreError, TrackItem};
use failover::PairName;
use failover::signal::{About, Track};
use serde::{Deserialize, Serialize};

use super::terms::{Terms, number};
use super::{DynamoStore, keys, rows};

/// In seconds: the table's expiry drops a track after this time without an addition. Nothing depends on it, because
/// older readings count as unknown.
const KEPT_S: i64 = 30 * 86_400;

/// `PAIR#p / SIGNAL#source#side#subject`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct TrackRow {
    version: u32,
    revision: u64,
    track: Track,
    /// In seconds since 1970, as the expiry of a table needs it.
    #[serde(default)]
    expires: i64,
}

#[async_trait]
impl Signals for DynamoStore {
    async fn tracks(&self, pair: &PairName) -> Result<Vec<TrackItem>, StoreError> {
        let what = format!("signals of pair {pair}");
        let items = self.items(&format!("PAIR#{pair}"), keys::SIGNALS, &what).await?;
        let decoded = items.into_iter().map(|item| rows::decode::<TrackRow>(item, &what).map(TrackRow::into_item));
        let (tracks, unreadable): (Vec<_>, Vec<_>) = decoded.partition(Result::is_ok);
        // A track that cannot be read, or that is of a later version, spoils no other one.
        if let Some(Err(error)) = unreadable.first() {
            tracing::error!(code = "SIGNAL-UNREADABLE", skipped = unreadable.len(), %error, "signals cannot be read");
        }
        Ok(tracks.into_iter().flatten().collect())
    }

    async fn track(&self, pair: &PairName, about: &About) -> Result<Option<TrackItem>, StoreError> {
        let what = named(about);
        let item = self.item(&keys::signal(pair, about), &what).await?;
        item.map(|item| rows::decode::<TrackRow>(item, &what).map(TrackRow::into_item)).transpose()
    }

    async fn put_track(&self, pair: &PairName, item: &TrackItem) -> Result<(), StoreError> {
        let what = named(&item.track.about);
        let last = item.track.looks.last().map_or(0, |look| look.at.as_second());
        let row = TrackRow {
            version: STORE_VERSION,
            revision: item.revision,
            track: item.track.clone(),
            expires: last.saturating_add(KEPT_S),
        };
        let key = keys::signal(pair, &item.track.about);
        let row = rows::encode(&row, &what)?;
        self.put(&key, row, next_to(item.revision), &what).await?.or_refused(&what).map(drop)
    }

    async fn recall(&self, pair: &PairName, name: &str) -> Result<Option<Remembered>, StoreError> {
        let what = format!("what is known as {name} of pair {pair}");
        let item = self.item(&keys::remembered(pair, name), &what).await?;
        item.map(|item| rows::decode(item, &what)).transpose()
    }

    async fn remember(&self, pair: &PairName, name: &str, item: &Remembered) -> Result<(), StoreError> {
        let what = format!("what is known as {name} of pair {pair}");
        let row = rows::encode(&Remembered { version: STORE_VERSION, ..item.clone() }, &what)?;
        let key = keys::remembered(pair, name);
        self.put(&key, row, next_to(item.revision), &what).await?.or_refused(&what).map(drop)
    }
}

impl TrackRow {
    fn into_item(self) -> TrackItem {
        TrackItem { version: self.version, track: self.track, revision: self.revision }
    }
}

/// The condition of a write that makes `revision` out of the one before.
fn next_to(revision: u64) -> Terms {
    match revision.saturating_sub(1) {
        0 => Terms::default().bare("attribute_not_exists(#PK)"),
        before => Terms::default().with("#revision = :before", ":before", number(before)),
    }
}

fn named(about: &About) -> String {
    format!("signals of {} about the {}: {}", about.source, about.side, about.subject)
}
