//! Stores heads and histories of pairs in memory.

use async_trait::async_trait;
use aws::keys;
use engine::ports::{DoneItem, PairHead, Pairs, STORE_VERSION, StoreError};
use failover::PairName;

use super::table::{Draft, Item};
use super::{MemoryStore, absent, decode, encode, next_to};

#[async_trait]
impl Pairs for MemoryStore {
    async fn pair(&self, pair: &PairName) -> Result<Option<PairHead>, StoreError> {
        let what = format!("pair {pair}");
        let item = self.item(&keys::pair(pair), &what).await?;
        item.map(|item| decode(&item, &what)).transpose()
    }

    async fn put_pair(&self, head: &PairHead) -> Result<(), StoreError> {
        let what = format!("pair {}", head.pair);
        let body = encode(&PairHead { version: STORE_VERSION, ..head.clone() }, &what)?;
        let draft = Draft { number: head.revision, body, ..Draft::default() };
        let (guarded, follows) = (self.guards.revision(), next_to(head.revision));
        let only_if = move |there: Option<&Item>| !guarded || follows(there);
        self.put(&keys::pair(&head.pair), draft, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn put_done(&self, done: &DoneItem) -> Result<(), StoreError> {
        let what = format!("the history of saga {}", done.achieved.saga);
        let body = encode(&DoneItem { version: STORE_VERSION, ..done.clone() }, &what)?;
        let key = keys::done(&done.pair, done.achieved.ended_at, &done.achieved.saga);
        // `Refused` means that there is one already. The first one stays.
        self.put(&key, Draft { body, ..Draft::default() }, absent, &what).await.map(drop)
    }

    async fn done(&self, pair: &PairName) -> Result<Vec<DoneItem>, StoreError> {
        let what = format!("the history of pair {pair}");
        let items = self.items(&keys::pair(pair).pk, keys::DONE, &what).await?;
        items.iter().map(|item| decode(item, &what)).collect()
    }
}
