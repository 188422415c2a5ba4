//! Pairs.

use async_trait::async_trait;
use engine::ports::{PairHead, Pairs, StoreError};
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
}
