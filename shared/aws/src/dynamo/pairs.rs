//! Stores the heads and the history of pairs.

use async_trait::async_trait;
use engine::ports::{DoneItem, PairHead, Pairs, STORE_VERSION, StoreError};
use failover::PairName;

use super::terms::{Terms, number};
use super::{DynamoStore, keys, rows};

#[async_trait]
impl Pairs for DynamoStore {
    async fn pair(&self, pair: &PairName) -> Result<Option<PairHead>, StoreError> {
        let what = format!("pair {pair}");
        match self.item(&keys::pair(pair), &what).await? {
            Some(item) => rows::decode(item, &what).map(Some),
            None => Ok(None),
        }
    }

    async fn put_pair(&self, head: &PairHead) -> Result<(), StoreError> {
        let what = format!("pair {}", head.pair);
        let before = head.revision.saturating_sub(1);
        let only_if = if !self.guards.revision() {
            Terms::default()
        } else if before == 0 {
            Terms::default().bare("attribute_not_exists(#PK)")
        } else {
            Terms::default().with("#revision = :before", ":before", number(before))
        };
        let item = rows::encode(&rows::pair_row(head), &what)?;
        self.put(&keys::pair(&head.pair), item, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn put_done(&self, done: &DoneItem) -> Result<(), StoreError> {
        let what = format!("the history of saga {}", done.achieved.saga);
        let item = rows::encode(&DoneItem { version: STORE_VERSION, ..done.clone() }, &what)?;
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        let key = keys::done(&done.pair, done.achieved.ended_at, &done.achieved.saga);
        // If the write is refused, there is an entry already. The first one stays.
        self.put(&key, item, only_if, &what).await.map(drop)
    }

    async fn done(&self, pair: &PairName) -> Result<Vec<DoneItem>, StoreError> {
        let what = format!("the history of pair {pair}");
        let items = self.items(&keys::pair(pair).pk, keys::DONE, &what).await?;
        items.into_iter().map(|item| rows::decode(item, &what)).collect()
    }
}
