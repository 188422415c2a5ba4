//! Makes the ports of one process to the store of a stack.
//!
//! Law: with either store, every request of a process crosses that process's wire.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::{AwsActions, Clients, DynamoStore, S3Objects, SnsMessenger, SnsWaker};
use engine::ports::{Actions, ApprovalRequests, Controls, Messenger, Objects, Pairs, Sagas, Signals, Waker};

use super::bucket::bucket_name;
use super::bus::Bus;
use super::parts::{StackParts, StoreKind};
use super::stack_error::StackError;
use crate::embedded::{Buckets, Embedded, Table, Topics, Wire};
use crate::memory::{MemoryMessenger, MemoryObjects, MemoryStore, MemoryTable, MemoryWaker};

/// The region of the stack.
const REGION: &str = "eu-west-1";

/// The table of a stack.
pub(super) enum StackTable {
    Embedded(Table),
    Memory(MemoryTable),
}

/// The parts in which a stack stores everything.
pub(super) struct Place {
    pub(super) kept: StackTable,
    pub(super) buckets: Buckets,
    embedded: Embedded,
}

/// The ports to one table.
pub(super) struct Records {
    pub(super) pairs: Arc<dyn Pairs>,
    pub(super) sagas: Arc<dyn Sagas>,
    pub(super) approval_requests: Arc<dyn ApprovalRequests>,
    pub(super) controls: Arc<dyn Controls>,
    pub(super) signals: Arc<dyn Signals>,
}

impl Records {
    fn of<S: Pairs + Sagas + ApprovalRequests + Controls + Signals + 'static>(store: S) -> Self {
        let store = Arc::new(store);
        Self {
            pairs: Arc::clone(&store) as Arc<dyn Pairs>,
            sagas: Arc::clone(&store) as Arc<dyn Sagas>,
            approval_requests: Arc::clone(&store) as Arc<dyn ApprovalRequests>,
            controls: Arc::clone(&store) as Arc<dyn Controls>,
            signals: store,
        }
    }
}

/// The ports of one process.
pub(super) struct Ports {
    pub(super) records: Records,
    pub(super) objects: Arc<dyn Objects>,
    pub(super) waker: Arc<dyn Waker>,
    pub(super) messenger: Arc<dyn Messenger>,
    /// Actions on AWS, if any are declared.
    pub(super) actions: Option<Arc<dyn Actions>>,
}

impl Place {
    /// The store that `parts` asks for.
    ///
    /// # Errors
    ///
    /// [`StackError::Table`] if the embedded table cannot be created.
    pub(super) fn new(parts: &StackParts, table: &str, buckets: Buckets, bus: &Arc<Bus>) -> Result<Self, StackError> {
        let (kept, embedded) = match parts.store {
            StoreKind::Embedded => {
                let table = Table::memory(table)?;
                (StackTable::Embedded(table.clone()), Embedded::new(table, buckets.clone()))
            }
            StoreKind::Memory => (StackTable::Memory(MemoryTable::new()), Embedded::without_table(buckets.clone())),
        };
        let embedded = embedded.with_topics(Arc::clone(bus) as Arc<dyn Topics>);
        let embedded = embedded.with_cloud(Arc::clone(&parts.cloud), Arc::clone(&parts.clock));
        Ok(Self { kept, buckets, embedded })
    }

    /// The ports of a process whose requests cross `wire`. `environment` names the resources.
    pub(super) fn ports(
        &self,
        parts: &StackParts,
        environment: &BTreeMap<String, String>,
        bus: &Arc<Bus>,
        wire: &Arc<dyn Wire>,
    ) -> Ports {
        let named = |variable: &str| environment.get(variable).cloned().unwrap_or_default();
        let (bucket, evidence) = ("SWITCHBACK_BUCKET", "SWITCHBACK_EVIDENCE_BUCKET");
        let (bucket, evidence) = (bucket_name(&named(bucket)), Some(bucket_name(&named(evidence))));
        let (wakes, people) = (named("SWITCHBACK_WAKE_TOPIC"), named("SWITCHBACK_PEOPLE_TOPIC"));
        match &self.kept {
            StackTable::Embedded(_) => {
                let clients = self.clients(wire);
                Ports {
                    records: Records::of(dynamo(parts, &clients, named("SWITCHBACK_TABLE"))),
                    objects: Arc::new(S3Objects::new(&clients, bucket, "").with_evidence(evidence)),
                    waker: Arc::new(SnsWaker::new(&clients, wakes)),
                    messenger: Arc::new(SnsMessenger::new(&clients, people)),
                    actions: Some(Arc::new(AwsActions::new(&clients))),
                }
            }
            StackTable::Memory(table) => {
                let topics = || Arc::clone(bus) as Arc<dyn Topics>;
                let objects = MemoryObjects::new(self.buckets.clone(), Arc::clone(wire), bucket, "");
                // The SDK's clients are costly to build, and only declared actions and channels use them here.
                let declared = !parts.declarations.actions.is_empty();
                let actions = declared.then(|| Arc::new(AwsActions::new(&self.clients(wire))) as Arc<dyn Actions>);
                let store = MemoryStore::new(table.clone(), Arc::clone(wire), named("SWITCHBACK_TABLE"));
                Ports {
                    records: Records::of(guarded(parts, store)),
                    objects: Arc::new(objects.with_evidence(evidence)),
                    waker: Arc::new(MemoryWaker::new(topics(), Arc::clone(wire), wakes)),
                    messenger: Arc::new(MemoryMessenger::new(topics(), Arc::clone(wire), people)),
                    actions,
                }
            }
        }
    }

    fn clients(&self, wire: &Arc<dyn Wire>) -> Clients {
        Clients::embedded(self.embedded.clone().with_wire(Arc::clone(wire)), REGION)
    }
}

fn dynamo(parts: &StackParts, clients: &Clients, table: String) -> DynamoStore {
    #[cfg(feature = "mutants")]
    return DynamoStore::weakened(clients, table, parts.weakened);
    #[cfg(not(feature = "mutants"))]
    {
        let _ = parts;
        DynamoStore::new(clients, table)
    }
}

fn guarded(parts: &StackParts, store: MemoryStore) -> MemoryStore {
    #[cfg(feature = "mutants")]
    return store.with_guards(aws::Guards::without(parts.weakened));
    #[cfg(not(feature = "mutants"))]
    {
        let _ = parts;
        store
    }
}
