//! The store in memory: it has the same ports as DynamoDB by the SDK, and needs no SDK.
//!
//! It is for tests and for rehearsals at scale. The conditions of DynamoDB's expressions are Rust code here: epochs,
//! leases and their drain, revisions, answers that are used once, positions in the log. `tests/contract` runs the
//! same checks on both.
//! Law: every port makes the same calls in the same order over the same [`Wire`] as the SDK does. So a fault at a
//! boundary has the same result here, and a scenario has the same story on both.
//!
//! Several stores may share a [`MemoryTable`]. Each process has a store with a wire of its own.

mod approval_requests;
mod controls;
mod messages;
mod objects;
mod pairs;
mod requests;
mod sagas;
mod signals;
mod table;

use std::fmt;
use std::sync::Arc;

use aws::keys::Key;
use aws::{Guards, Patience, Resource};
use bytes::Bytes;
use engine::ports::{STORE_VERSION, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::requests::{Request, Requests};
use self::table::{Draft, Item, Written};
use crate::embedded::{Call, Wire};

pub use self::messages::{MemoryMessenger, MemoryWaker};
pub use self::objects::MemoryObjects;
pub use self::table::MemoryTable;

/// A table in memory behind the ports `Pairs`, `Sagas`, `ApprovalRequests`, `Controls` and `Signals`. Cheap to clone.
#[derive(Clone)]
pub struct MemoryStore {
    table: MemoryTable,
    requests: Requests,
    guards: Guards,
    resource: Arc<Resource>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// A store on a table. Its requests cross `wire`, and faults name the table `name`.
    pub fn new(table: MemoryTable, wire: Arc<dyn Wire>, name: impl Into<String>) -> Self {
        let resource = Arc::new(Resource::Table(name.into()));
        Self { table, requests: Requests::over(wire), guards: Guards::default(), resource }
    }

    /// The same store with other guards, for tests that show that each guard matters.
    #[must_use]
    pub fn with_guards(self, guards: Guards) -> Self {
        Self { guards, ..self }
    }

    /// Reads one item. `None` if there is none.
    async fn item(&self, key: &Key, what: &str) -> Result<Option<Item>, StoreError> {
        let request = self.request("GetItem", &key.pk, &key.sk, format!("reading {what}"), 0);
        self.requests.now(request, || Ok(self.table.get(key))).await
    }

    /// Reads all items of a partition whose sort key begins with `prefix`, in order of that key, page by page.
    async fn items(&self, partition: &str, prefix: &str, what: &str) -> Result<Vec<Item>, StoreError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let request = self.request("Query", partition, prefix, format!("reading {what}"), 0);
            let page = || Ok(self.table.page(partition, prefix, after.as_deref()));
            let (items, last) = self.requests.now(request, page).await?;
            all.extend(items);
            match last {
                Some(_) => after = last,
                None => return Ok(all),
            }
        }
    }

    /// Writes a whole item if `only_if` holds of the one that is there.
    async fn put(
        &self,
        key: &Key,
        draft: Draft,
        only_if: impl Fn(Option<&Item>) -> bool + Send + Sync,
        what: &str,
    ) -> Result<Written, StoreError> {
        let mark = self.table.mark();
        let request = self.request("PutItem", &key.pk, &key.sk, format!("writing {what}"), mark);
        let judge = |there: Option<&Item>| only_if(there).then(|| draft.clone());
        let written = self.requests.now(request, || self.table.write(key, mark, judge)).await?;
        self.settle(written, mark, what)
    }

    /// Changes an item that exists. `change` returns `None` if its condition does not hold. It decodes the item first,
    /// so an item of a later version is left alone. A missing item is not created.
    async fn update(
        &self,
        key: &Key,
        change: impl Fn(&Item) -> Result<Option<Draft>, StoreError> + Send + Sync,
        what: &str,
    ) -> Result<Written, StoreError> {
        let mark = self.table.mark();
        let request = self.request("UpdateItem", &key.pk, &key.sk, format!("writing {what}"), mark);
        let written = self.requests.now(request, || {
            let mut unreadable = None;
            let written = self.table.write(key, mark, |there| {
                change(there?).unwrap_or_else(|error| {
                    unreadable = Some(error);
                    None
                })
            })?;
            Ok(unreadable.map_or(Ok(written), Err))
        });
        self.settle(written.await??, mark, what)
    }

    /// Sorts a refused write. If the item has the mark of this call, an earlier attempt of it has done the write.
    fn settle(&self, written: Written, mark: u64, what: &str) -> Result<Written, StoreError> {
        match written {
            Written::Refused(Some(item)) if self.guards.own_mark() && item.mark == mark => Ok(Written::Done(item)),
            Written::Refused(Some(item)) => newer(&item, what).map_or(Ok(Written::Refused(Some(item))), Err),
            Written::Done(_) | Written::Refused(None) => Ok(written),
        }
    }

    fn request(&self, operation: &str, pk: &str, sk: &str, doing: String, lot: u64) -> Request<'_> {
        let call = Call { service: "dynamodb", operation: operation.to_owned(), subject: format!("{pk} {sk}") };
        Request { call, patience: Patience::SMALL, resource: &self.resource, doing, lot }
    }
}

impl Written {
    /// The item after the write. A write that did not happen is [`StoreError::Refused`].
    fn or_refused(self, what: &str) -> Result<Item, StoreError> {
        match self {
            Self::Done(item) => Ok(item),
            Self::Refused(_) => Err(StoreError::Refused(what.to_owned())),
        }
    }
}

/// The condition of an item that is written once.
fn absent(there: Option<&Item>) -> bool {
    there.is_none()
}

/// The condition of a write that makes `revision` out of the revision before. Revision 1 creates the item.
fn next_to(revision: u64) -> impl Fn(Option<&Item>) -> bool + Send + Sync {
    let before = revision.saturating_sub(1);
    move |there| match there {
        None => before == 0,
        Some(item) => before != 0 && item.draft.number == before,
    }
}

/// A value as the JSON that is stored.
fn encode(value: &impl Serialize, what: &str) -> Result<Bytes, StoreError> {
    let json = serde_json::to_vec(value);
    json.map(Bytes::from).map_err(|e| StoreError::Broken(format!("{what} cannot be written as an item: {e}")))
}

/// A stored value, after its version was checked.
fn decode<T: DeserializeOwned>(item: &Item, what: &str) -> Result<T, StoreError> {
    if let Some(error) = newer(item, what) {
        return Err(error);
    }
    serde_json::from_slice(&item.draft.body)
        .map_err(|e| StoreError::Broken(format!("{what} cannot be read: {e}; was it changed by hand?")))
}

/// The fault of an item whose version is later than this code knows. Such an item is left alone.
fn newer(item: &Item, what: &str) -> Option<StoreError> {
    let (found, known) = (item.version, STORE_VERSION);
    (found > known).then(|| StoreError::Newer { what: what.to_owned(), found, known })
}
