//! Stores health signals of a pair in memory, and other remembered values, e.g. baselines.

use async_trait::async_trait;
use aws::keys;
use engine::ports::{Remembered, STORE_VERSION, Signals, StoreError, TrackItem};
use failover::PairName;
use failover::signal::About;

use super::table::Draft;
use super::{MemoryStore, decode, encode, next_to};

#[async_trait]
impl Signals for MemoryStore {
    async fn tracks(&self, pair: &PairName) -> Result<Vec<TrackItem>, StoreError> {
        let what = format!("signals of pair {pair}");
        let items = self.items(&keys::pair(pair).pk, keys::SIGNALS, &what).await?;
        let decoded = items.iter().map(|item| decode(item, &what));
        let (tracks, unreadable): (Vec<_>, Vec<_>) = decoded.partition(Result::is_ok);
        // A signal that cannot be read, or that has a later version, does not hide the others.
        if let Some(Err(error)) = unreadable.first() {
            tracing::error!(code = "SIGNAL-UNREADABLE", skipped = unreadable.len(), %error, "signals cannot be read");
        }
        Ok(tracks.into_iter().flatten().collect())
    }

    async fn track(&self, pair: &PairName, about: &About) -> Result<Option<TrackItem>, StoreError> {
        let what = named(about);
        let item = self.item(&keys::signal(pair, about), &what).await?;
        item.map(|item| decode(&item, &what)).transpose()
    }

    async fn put_track(&self, pair: &PairName, item: &TrackItem) -> Result<(), StoreError> {
        let what = named(&item.track.about);
        let body = encode(&TrackItem { version: STORE_VERSION, ..item.clone() }, &what)?;
        let draft = Draft { number: item.revision, body, ..Draft::default() };
        let key = keys::signal(pair, &item.track.about);
        self.put(&key, draft, next_to(item.revision), &what).await?.or_refused(&what).map(drop)
    }

    async fn recall(&self, pair: &PairName, name: &str) -> Result<Option<Remembered>, StoreError> {
        let what = format!("what is known as {name} of pair {pair}");
        let item = self.item(&keys::remembered(pair, name), &what).await?;
        item.map(|item| decode(&item, &what)).transpose()
    }

    async fn remember(&self, pair: &PairName, name: &str, item: &Remembered) -> Result<(), StoreError> {
        let what = format!("what is known as {name} of pair {pair}");
        let body = encode(&Remembered { version: STORE_VERSION, ..item.clone() }, &what)?;
        let draft = Draft { number: item.revision, body, ..Draft::default() };
        let key = keys::remembered(pair, name);
        self.put(&key, draft, next_to(item.revision), &what).await?.or_refused(&what).map(drop)
    }
}

fn named(about: &About) -> String {
    format!("signals of {} about the {}: {}", about.source, about.side, about.subject)
}
