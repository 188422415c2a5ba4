//! Gives the contract suites their ground: the ports over each kind of embedded part, and in memory.
//!
//! A check is a function from a ground to `Ok`, or to the sentence that does not hold. So the same check can also
//! run where a guard was taken away, and there it must fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws::{Clients, DynamoStore, Guards, S3Objects, SnsMessenger, SnsWaker, Weakened};
use engine::ports::{ApprovalRequests, Controls, Messenger, Objects, Pairs, Sagas, Signals, Waker};
use jiff::{SignedDuration, Timestamp};
use local::embedded::{Buckets, Call, Embedded, Passage, Table, Topics, Wire};
use local::memory::{MemoryMessenger, MemoryObjects, MemoryStore, MemoryTable, MemoryWaker};
use saga::{PlanHash, SagaId};
use tempfile::TempDir;

pub(crate) type Checked = Result<(), String>;

/// Fails the check with a sentence, unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($sentence:tt)+) => {
        if !$holds {
            return Err(format!($($sentence)+));
        }
    };
}

/// Makes one test of each check on each ground.
macro_rules! on_every_ground {
    ($($check:ident)*) => {
        on_every_ground!(@ dynamodb_by_sdk_in_memory Embedded $($check)*);
        on_every_ground!(@ dynamodb_by_sdk_on_a_file File $($check)*);
        on_every_ground!(@ dynamodb_by_sdk_on_a_file_opened_again_at_each_step FileOpenedAgain $($check)*);
        on_every_ground!(@ memory Memory $($check)*);
    };
    (@ $name:ident $kind:ident $($check:ident)*) => {
        mod $name {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $check() {
                    let ground = $crate::ground::Ground::new($crate::ground::Kind::$kind);
                    assert_eq!(super::$check(&ground).await, Ok(()));
                }
            )*
        }
    };
}

/// Makes one test of each check on each implementation, in virtual time.
macro_rules! on_every_implementation {
    ($($check:ident)*) => {
        on_every_implementation!(@ dynamodb_by_sdk Embedded $($check)*);
        on_every_implementation!(@ memory Memory $($check)*);
    };
    (@ $name:ident $kind:ident $($check:ident)*) => {
        mod $name {
            $(
                #[tokio::test(start_paused = true)]
                async fn $check() {
                    super::$check($crate::ground::Kind::$kind).await;
                }
            )*
        }
    };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// DynamoDB and S3 by the SDK, with the embedded parts in memory.
    Embedded,
    /// The same, with the embedded parts on a file.
    File,
    /// The same on a file that is opened again at each step.
    FileOpenedAgain,
    /// The store in memory, without the SDK.
    Memory,
}

impl Kind {
    /// One kind of each implementation, for checks that do not depend on where the items are stored.
    pub(crate) const IMPLEMENTATIONS: [Self; 2] = [Self::Embedded, Self::Memory];
}

/// All ports of the table.
pub(crate) trait Store: Pairs + Sagas + ApprovalRequests + Controls + Signals {}

impl<S: Pairs + Sagas + ApprovalRequests + Controls + Signals> Store for S {}

pub(crate) const TABLE: &str = "sagas";
pub(crate) const BUCKET: &str = "plans";
pub(crate) const EVIDENCE: &str = "evidence";
const PREFIX: &str = "switchback/";

/// Counts the requests that had their effect on another wire.
struct Counted {
    wire: Option<Arc<dyn Wire>>,
    counts: Mutex<BTreeMap<(&'static str, String), u64>>,
}

#[async_trait]
impl Wire for Counted {
    async fn before(&self, call: &Call) -> Passage {
        match &self.wire {
            Some(wire) => wire.before(call).await,
            None => Passage::Admission,
        }
    }

    async fn after(&self, call: &Call) -> Passage {
        *self.counts.lock().unwrap().entry((call.service, call.operation.clone())).or_insert(0) += 1;
        match &self.wire {
            Some(wire) => wire.after(call).await,
            None => Passage::Admission,
        }
    }
}

/// The parts that are open.
#[derive(Clone)]
enum Parts {
    Embedded(Table, Buckets),
    Memory(MemoryTable, Buckets),
}

pub(crate) struct Ground {
    kind: Kind,
    folder: TempDir,
    weakened: Weakened,
    wire: Arc<Counted>,
    parts: Mutex<Option<Parts>>,
}

impl Ground {
    pub(crate) fn new(kind: Kind) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let wire = Arc::new(Counted { wire: None, counts: Mutex::default() });
        Self { kind, folder, weakened: Weakened::default(), wire, parts: Mutex::default() }
    }

    pub(crate) fn weakened(kind: Kind, weakened: Weakened) -> Self {
        Self { weakened, ..Self::new(kind) }
    }

    pub(crate) fn wired(kind: Kind, wire: Arc<dyn Wire>) -> Self {
        Self { wire: Arc::new(Counted { wire: Some(wire), counts: Mutex::default() }), ..Self::new(kind) }
    }

    pub(crate) fn with_weakened(self, weakened: Weakened) -> Self {
        Self { weakened, ..self }
    }

    /// The store. On a file that is opened again at each step, it is freshly opened.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.store_over(self.wire.clone())
    }

    /// The same items over another wire.
    pub(crate) fn store_over(&self, wire: Arc<dyn Wire>) -> Arc<dyn Store> {
        match self.open() {
            Parts::Embedded(table, buckets) => {
                let clients = clients(Embedded::new(table, buckets).with_wire(wire));
                Arc::new(DynamoStore::weakened(&clients, TABLE, self.weakened))
            }
            Parts::Memory(table, _) => {
                Arc::new(MemoryStore::new(table, wire, TABLE).with_guards(Guards::without(self.weakened)))
            }
        }
    }

    pub(crate) fn objects(&self) -> Arc<dyn Objects> {
        self.objects_in(BUCKET, None)
    }

    /// Objects of a bucket whose evidence goes to another bucket.
    pub(crate) fn objects_in(&self, bucket: &str, evidence: Option<&str>) -> Arc<dyn Objects> {
        let (wire, evidence) = (self.wire.clone(), evidence.map(str::to_owned));
        match self.open() {
            Parts::Embedded(table, buckets) => {
                let clients = clients(Embedded::new(table, buckets).with_wire(wire));
                Arc::new(S3Objects::new(&clients, bucket, PREFIX).with_evidence(evidence))
            }
            Parts::Memory(_, buckets) => {
                Arc::new(MemoryObjects::new(buckets, wire, bucket, PREFIX).with_evidence(evidence))
            }
        }
    }

    pub(crate) fn waker(&self, topics: Arc<dyn Topics>, topic: &str) -> Arc<dyn Waker> {
        match self.open() {
            Parts::Embedded(table, buckets) => {
                let parts = Embedded::new(table, buckets).with_wire(self.wire.clone()).with_topics(topics);
                Arc::new(SnsWaker::new(&clients(parts), topic))
            }
            Parts::Memory(..) => Arc::new(MemoryWaker::new(topics, self.wire.clone(), topic)),
        }
    }

    pub(crate) fn messenger(&self, topics: Arc<dyn Topics>, topic: &str) -> Arc<dyn Messenger> {
        match self.open() {
            Parts::Embedded(table, buckets) => {
                let parts = Embedded::new(table, buckets).with_wire(self.wire.clone()).with_topics(topics);
                Arc::new(SnsMessenger::new(&clients(parts), topic))
            }
            Parts::Memory(..) => Arc::new(MemoryMessenger::new(topics, self.wire.clone(), topic)),
        }
    }

    /// Embedded parts of this ground, on a wire that lets everything through.
    pub(crate) fn embedded(&self) -> Embedded {
        match self.open() {
            Parts::Embedded(table, buckets) => Embedded::new(table, buckets),
            Parts::Memory(_, buckets) => Embedded::without_table(buckets),
        }
    }

    /// How many requests had their effect, by service and operation. Requests whose answer was lost count, too.
    pub(crate) fn counts(&self) -> BTreeMap<(&'static str, String), u64> {
        self.wire.counts.lock().unwrap().clone()
    }

    /// How many requests of one operation had their effect.
    pub(crate) fn count(&self, operation: &str) -> u64 {
        self.counts().iter().filter(|((_, name), _)| name == operation).map(|(_, count)| count).sum()
    }

    /// Changes the version of an item behind the store's back.
    pub(crate) fn set_version(&self, pk: &str, sk: &str, version: u32) {
        let table = match self.open() {
            Parts::Embedded(table, _) => table,
            Parts::Memory(table, _) => {
                assert!(table.set_version(pk, sk, version), "there is no {pk} {sk}");
                return;
            }
        };
        let request = serde_json::json!({
            "TableName": TABLE,
            "Key": {"PK": {"S": pk}, "SK": {"S": sk}},
            "UpdateExpression": "SET version = :v",
            "ConditionExpression": "attribute_exists(PK)",
            "ExpressionAttributeValues": {":v": {"N": version.to_string()}},
        });
        let answer = table.answer("UpdateItem", request.to_string().as_bytes());
        assert!(answer.status().is_success(), "{:?}", answer.body());
    }

    fn open(&self) -> Parts {
        let mut parts = self.parts.lock().unwrap();
        if self.kind == Kind::FileOpenedAgain {
            *parts = None;
        }
        parts.get_or_insert_with(|| self.opened()).clone()
    }

    fn opened(&self) -> Parts {
        let (path, buckets) = (self.folder.path(), [BUCKET, EVIDENCE]);
        match self.kind {
            Kind::Embedded => Parts::Embedded(Table::memory(TABLE).unwrap(), Buckets::memory(buckets)),
            Kind::File | Kind::FileOpenedAgain => {
                let table = Table::file(&path.join("a.store"), TABLE).unwrap();
                Parts::Embedded(table, Buckets::folder(path, buckets).unwrap())
            }
            Kind::Memory => Parts::Memory(MemoryTable::new(), Buckets::memory(buckets)),
        }
    }
}

fn clients(parts: Embedded) -> Clients {
    Clients::embedded(parts, "eu-west-1")
}

/// The time that is this number of seconds after a fixed moment.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_600_900 + seconds).unwrap()
}

pub(crate) const DRAIN: SignedDuration = SignedDuration::from_secs(5);

pub(crate) fn saga() -> SagaId {
    SagaId("payments-1".to_owned())
}

pub(crate) fn plan() -> PlanHash {
    PlanHash::of(b"a plan")
}
