//! What the contract suites stand on: the ports over each kind of embedded part.
//!
//! A check is a function from a ground to `Ok` or to the sentence that does not
//! hold, so that it can be run where it must hold and where, with a guard taken
//! away, it must not.

use std::sync::{Arc, Mutex};

use aws::{Clients, DynamoStore, S3Objects, Weakened};
use jiff::{SignedDuration, Timestamp};
use local::embedded::{Buckets, Embedded, Table, Wire};
use saga::{PlanHash, SagaId};
use tempfile::TempDir;

pub(crate) type Checked = Result<(), String>;

/// Fails the check with a sentence unless it holds.
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
        on_every_ground!(@ memory Memory $($check)*);
        on_every_ground!(@ file File $($check)*);
        on_every_ground!(@ file_opened_again_at_each_step FileOpenedAgain $($check)*);
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    File,
    FileOpenedAgain,
}

pub(crate) const TABLE: &str = "sagas";
pub(crate) const BUCKET: &str = "plans";
pub(crate) const EVIDENCE: &str = "evidence";

pub(crate) struct Ground {
    kind: Kind,
    folder: TempDir,
    weakened: Weakened,
    wire: Option<Arc<dyn Wire>>,
    parts: Mutex<Option<Embedded>>,
    table: Mutex<Option<Table>>,
}

impl Ground {
    pub(crate) fn new(kind: Kind) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self {
            kind,
            folder,
            weakened: Weakened::default(),
            wire: None,
            parts: Mutex::default(),
            table: Mutex::default(),
        }
    }

    pub(crate) fn weakened(weakened: Weakened) -> Self {
        Self { weakened, ..Self::new(Kind::Memory) }
    }

    pub(crate) fn wired(wire: Arc<dyn Wire>) -> Self {
        Self { wire: Some(wire), ..Self::new(Kind::Memory) }
    }

    pub(crate) fn with_weakened(self, weakened: Weakened) -> Self {
        Self { weakened, ..self }
    }

    /// The store; on a file that is opened again at each step, freshly opened.
    pub(crate) fn store(&self) -> DynamoStore {
        DynamoStore::weakened(&self.clients(), TABLE, self.weakened)
    }

    pub(crate) fn objects(&self) -> S3Objects {
        S3Objects::new(&self.clients(), BUCKET, "switchback/")
    }

    pub(crate) fn clients(&self) -> Clients {
        Clients::embedded(self.parts(), "eu-west-1")
    }

    pub(crate) fn parts(&self) -> Embedded {
        let mut parts = self.parts.lock().unwrap();
        if self.kind == Kind::FileOpenedAgain {
            *parts = None;
        }
        parts.get_or_insert_with(|| self.open()).clone()
    }

    /// Changes an item behind the store's back.
    pub(crate) fn set_version(&self, pk: &str, sk: &str, version: u32) {
        let request = serde_json::json!({
            "TableName": TABLE,
            "Key": {"PK": {"S": pk}, "SK": {"S": sk}},
            "UpdateExpression": "SET version = :v",
            "ConditionExpression": "attribute_exists(PK)",
            "ExpressionAttributeValues": {":v": {"N": version.to_string()}},
        });
        drop(self.parts());
        let table = self.table.lock().unwrap().clone().expect("an open table");
        let answer = table.answer("UpdateItem", request.to_string().as_bytes());
        assert!(answer.status().is_success(), "{:?}", answer.body());
    }

    fn open(&self) -> Embedded {
        let path = self.folder.path();
        let (table, buckets) = match self.kind {
            Kind::Memory => (Table::memory(TABLE).unwrap(), Buckets::memory([BUCKET, EVIDENCE])),
            Kind::File | Kind::FileOpenedAgain => {
                *self.table.lock().unwrap() = None;
                let table = Table::file(&path.join("a.store"), TABLE).unwrap();
                (table, Buckets::folder(path, [BUCKET, EVIDENCE]).unwrap())
            }
        };
        *self.table.lock().unwrap() = Some(table.clone());
        let parts = Embedded::new(table, buckets);
        match &self.wire {
            Some(wire) => parts.with_wire(wire.clone()),
            None => parts,
        }
    }
}

/// So many seconds after an arbitrary moment.
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
