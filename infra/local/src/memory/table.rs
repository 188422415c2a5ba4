//! Stores items in memory by partition and sort key: each as JSON, with the values that conditions check.
//!
//! Law: a write checks its condition and writes in one step. No item is above the limit of the embedded table (S25).
//! The size is counted from the key and the JSON here, which differs a little from DynamoDB's count.
//! Must not know: the meaning of the items.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws::keys::Key;
use bytes::Bytes;
use engine::ports::STORE_VERSION;
use jiff::Timestamp;
use serde_json::Value;

use super::requests::Refusal;
use crate::embedded::too_large;

/// In bytes: the limit of one page of a query. A page has one item at least [DynamoDB: API Query, LastEvaluatedKey].
const PAGE: usize = 1024 * 1024;

/// In bytes: the size of an item beside its key and its JSON.
const AROUND: usize = 64;

/// A new item, with the values that conditions check. A kind of item leaves unused values at their defaults.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// The epoch of a head or a step, or the revision of an item that has one.
    pub(super) number: u64,
    /// Whether a saga is finished, an approval used, an order taken in, a lesson closed.
    pub(super) closed: bool,
    /// The end of the lease in a head.
    pub(super) until: Timestamp,
    /// The item as JSON.
    pub(super) body: Bytes,
}

/// A stored item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Version of the code that wrote it (S22).
    pub(super) version: u32,
    /// Mark of the call that wrote it last.
    pub(super) mark: u64,
    pub(super) draft: Draft,
}

/// The result of a conditional write.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// The write happened. This is the item after it.
    Done(Item),
    /// The condition did not hold. This is the item that is there, if any.
    Refused(Option<Item>),
}

type Partition = BTreeMap<String, Item>;

/// A table in memory, shared by all its clones.
#[derive(Clone, Default)]
pub struct MemoryTable {
    partitions: Arc<Mutex<BTreeMap<String, Partition>>>,
    marks: Arc<AtomicU64>,
}

impl fmt::Debug for MemoryTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTable").finish_non_exhaustive()
    }
}

impl MemoryTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// All items of a partition, as lines of JSON.
    pub fn items(&self, partition: &str) -> String {
        self.partitions().get(partition).map_or_else(String::new, |items| lines(partition, items))
    }

    /// All items of the table, as lines of JSON.
    pub fn kept(&self) -> String {
        self.partitions().iter().map(|(partition, items)| lines(partition, items)).collect()
    }

    /// Changes an item's version behind the store's back, for tests of S22. `false` if there is no such item.
    pub fn set_version(&self, partition: &str, sort: &str, version: u32) -> bool {
        let mut partitions = self.partitions();
        let Some(item) = partitions.get_mut(partition).and_then(|items| items.get_mut(sort)) else { return false };
        item.version = version;
        if let Ok(Value::Object(mut body)) = serde_json::from_slice(&item.draft.body)
            && body.contains_key("version")
        {
            body.insert("version".to_owned(), version.into());
            item.draft.body = Value::Object(body).to_string().into();
        }
        true
    }

    /// A mark that no other call of this table has.
    pub(super) fn mark(&self) -> u64 {
        self.marks.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn get(&self, key: &Key) -> Option<Item> {
        self.partitions().get(&key.pk)?.get(&key.sk).cloned()
    }

    /// One page of the items whose sort key begins with `prefix` and comes after `after`. If there are more, the last
    /// sort key of the page comes with it.
    pub(super) fn page(&self, partition: &str, prefix: &str, after: Option<&str>) -> (Vec<Item>, Option<String>) {
        let partitions = self.partitions();
        let Some(items) = partitions.get(partition) else { return (Vec::new(), None) };
        let from = after.map_or(Bound::Included(prefix), Bound::Excluded);
        let (mut page, mut bytes, mut last) = (Vec::new(), 0, None);
        for (sort, item) in
            items.range::<str, _>((from, Bound::Unbounded)).take_while(|(sort, _)| sort.starts_with(prefix))
        {
            bytes += size(partition, sort, &item.draft.body);
            if bytes > PAGE && !page.is_empty() {
                return (page, last);
            }
            page.push(item.clone());
            last = Some(sort.clone());
        }
        (page, None)
    }

    /// Writes the draft that `judge` makes from the item that is there. If `judge` returns `None`, nothing is written.
    ///
    /// An item above the limit panics in a debug build, so a test stops even if it ignores the refusal.
    pub(super) fn write(
        &self,
        key: &Key,
        mark: u64,
        judge: impl FnOnce(Option<&Item>) -> Option<Draft>,
    ) -> Result<Written, Refusal> {
        let mut partitions = self.partitions();
        let there = partitions.get(&key.pk).and_then(|items| items.get(&key.sk));
        let Some(draft) = judge(there) else { return Ok(Written::Refused(there.cloned())) };
        if let Some(text) = too_large(&key.pk, &key.sk, size(&key.pk, &key.sk, &draft.body)) {
            debug_assert!(text.is_empty(), "{text}");
            return Err(Refusal { status: 400, code: "ValidationException", text });
        }
        let item = Item { version: STORE_VERSION, mark, draft };
        partitions.entry(key.pk.clone()).or_default().insert(key.sk.clone(), item.clone());
        Ok(Written::Done(item))
    }

    fn partitions(&self) -> MutexGuard<'_, BTreeMap<String, Partition>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size(partition: &str, sort: &str, body: &[u8]) -> usize {
    partition.len() + sort.len() + body.len() + AROUND
}

fn lines(partition: &str, items: &Partition) -> String {
    let line = |(sort, item): (&String, &Item)| {
        let key = Value::from(vec![partition, sort.as_str()]);
        format!("{key} {}\n", String::from_utf8_lossy(&item.draft.body))
    };
    items.iter().map(line).collect()
}
