//! Reads items of the table. Every read is consistent.

use engine::ports::StoreError;

use super::DynamoStore;
use super::keys::Key;
use super::rows::Item;
use super::terms::text;
use crate::fault::{self, Resource};

impl DynamoStore {
    /// One item; `None` if there is none.
    pub(super) async fn item(&self, key: &Key, what: &str) -> Result<Option<Item>, StoreError> {
        let getting = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("PK", text(&key.pk))
            .key("SK", text(&key.sk))
            .consistent_read(true)
            .send();
        match getting.await {
            Ok(answer) => Ok(answer.item),
            Err(error) => Err(fault::sort(&error, &self.resource(), &format!("reading {what}"))),
        }
    }

    /// All items of a partition whose sort key begins with `prefix`, in order of that key.
    ///
    /// One page holds 1 MB at most [DynamoDB: API Query, LastEvaluatedKey].
    pub(super) async fn items(&self, partition: &str, prefix: &str, what: &str) -> Result<Vec<Item>, StoreError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let querying = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("#PK = :pk AND begins_with(#SK, :prefix)")
                .expression_attribute_names("#PK", "PK")
                .expression_attribute_names("#SK", "SK")
                .expression_attribute_values(":pk", text(partition))
                .expression_attribute_values(":prefix", text(prefix))
                .consistent_read(true)
                .set_exclusive_start_key(after)
                .send();
            let page = match querying.await {
                Ok(page) => page,
                Err(error) => return Err(fault::sort(&error, &self.resource(), &format!("reading {what}"))),
            };
            all.extend(page.items.unwrap_or_default());
            match page.last_evaluated_key {
                Some(key) => after = Some(key),
                None => return Ok(all),
            }
        }
    }

    pub(super) fn resource(&self) -> Resource {
        Resource::Table(self.table.clone())
    }
}
