//! The store in memory: the same ports as DynamoDB by the SDK, without the SDK.
//!
//! For tests and rehearsals at scale. What DynamoDB says in expressions is said here in Rust: epochs, leases and
//! their drain, revisions, answers that are used once, places in the log. `tests/contract` holds both to the same
//! checks.
//! Law: every port makes the same calls in the same order over the same [`Wire`] as the SDK would, so that what
//! goes wrong at a boundary goes wrong here, too, and a scenario tells the same story on both.
//!
//! Several stores may share a [`MemoryTable`], each with a wire of its own: one for each process.

mod asks;
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

/// A table in memory, as the ports `Pairs`, `Sagas`, `Asks`, `Controls` and `Signals`. Cheap to clone.
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
    /// A store on a table whose requests cross `wire`; `name` is what faults call the table.
    pub fn new(table: MemoryTable, wire: Arc<dyn Wire>, name: impl Into<String>) -> Self {
        let resource = Arc::new(Resource::Table(name.into()));
        Self { table, requests: Requests::over(wire), guards: Guards::default(), resource }
    }

    /// The same store with other guards, to show that they matter.
    #[must_use]
    pub fn with_guards(self, guards: Guards) -> Self {
        Self { guards, ..self }
    }

    /// One item; `None` if there is none.
    async fn item(&self, key: &Key, what: &str) -> Result<Option<Item>, StoreError> {
        let request = self.request("GetItem", &key.pk, &key.sk, format!("reading {what}"), 0);
        self.requests.now(request, || Ok(self.table.get(key))).await
    }

    /// All items of a partition whose sort key begins with `prefix`, in order of that key, page by page.
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

    /// Changes an item; `change` answers `None` where its condition does not hold, and decodes what it changes, so
    /// that an item of a later version is left alone. Nothing is made by changing it.
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

    /// Tells a condition that did not hold from a write that met its own first attempt.
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
    /// The item as it is now.
    fn or_refused(self, what: &str) -> Result<Item, StoreError> {
        match self {
            Self::Done(item) => Ok(item),
            Self::Refused(_) => Err(StoreError::Refused(what.to_owned())),
        }
    }
}

/// The condition of whatever is written once.
fn absent(there: Option<&Item>) -> bool {
    there.is_none()
}

/// The condition of a write that makes `revision` out of the one before; the first of all makes the item.
fn next_to(revision: u64) -> impl Fn(Option<&Item>) -> bool + Send + Sync {
    let before = revision.saturating_sub(1);
    move |there| match there {
        None => before == 0,
        Some(item) => before != 0 && item.draft.number == before,
    }
}

/// Something as it is kept.
fn encode(value: &impl Serialize, what: &str) -> Result<Bytes, StoreError> {
    let json = serde_json::to_vec(value);
    json.map(Bytes::from).map_err(|e| StoreError::Broken(format!("{what} cannot be written as an item: {e}")))
}

/// What is kept, after looking at its version.
fn decode<T: DeserializeOwned>(item: &Item, what: &str) -> Result<T, StoreError> {
    if let Some(error) = newer(item, what) {
        return Err(error);
    }
    serde_json::from_slice(&item.draft.body)
        .map_err(|e| StoreError::Broken(format!("{what} cannot be read: {e}; was it changed by hand?")))
}

/// Why an item must be left alone: its version is unknown here.
fn newer(item: &Item, what: &str) -> Option<StoreError> {
    let (found, known) = (item.version, STORE_VERSION);
    (found > known).then(|| StoreError::Newer { what: what.to_owned(), found, known })
}
