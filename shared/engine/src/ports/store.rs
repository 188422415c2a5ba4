//! Defines the store of pairs, sagas and steps.
//!
//! Every write is a single item under one condition. Nothing here needs a transaction, an index or an expiry. So the
//! same code runs on a plain table, on a global table with one writing region, and on a strongly consistent global
//! table.

use async_trait::async_trait;
use failover::verdict::{AutomationPause, CoolDown};
use failover::{Clocks, PairName, RoleAssignment, Side};
use jiff::Timestamp;
use saga::{Line, Outcome, Plan, PlanHash, SagaId, State, StepId, StepRecord, Tally};
use serde::{Deserialize, Serialize};

use super::drill::DrillRecord;
use super::history::DoneItem;
use super::{ControlCount, StoreError};

/// The version of the items that this code writes (S22).
pub const STORE_VERSION: u32 = 2;

/// The guard over a side that a saga has fenced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardRecord {
    /// The fenced side. It is guarded for as long as it is the inactive one.
    pub side: Side,
    /// The time of the guard's last check, or of its start.
    pub looked_at: Timestamp,
    /// The round under way. A round is a saga of its own, which only fences.
    pub saga: Option<SagaId>,
    /// The last round that was begun.
    #[serde(default)]
    pub last: Option<SagaId>,
}

/// A finished saga whose evidence is not stored yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceDue {
    /// The saga.
    pub saga: SagaId,
    /// The time when it released its pair.
    pub ended_at: Timestamp,
    /// The number of tries that were begun, whatever their result.
    pub tries: u32,
    /// The time when the last of them was begun.
    pub tried_at: Option<Timestamp>,
}

/// `PAIR#p / HEAD`: which side is active, and the one running saga (S1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairHead {
    /// [`STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// The pair's name.
    pub pair: PairName,
    /// The side that works now.
    pub active: Side,
    /// The one saga that is not finished. This is the mutex.
    pub saga: Option<SagaId>,
    /// Whether deployments are frozen.
    pub frozen: bool,
    /// The guard over the side that was left, if there is one.
    #[serde(default)]
    pub guard: Option<GuardRecord>,
    /// A person has paused the automation: Switchback only reads.
    #[serde(default)]
    pub freeze: Option<AutomationPause>,
    /// The cool-down after the last saga. During it no verdict proposes another one.
    #[serde(default)]
    pub cool_down: Option<CoolDown>,
    /// The role assignment since a promotion. `None`: as configured.
    #[serde(default)]
    #[serde(rename = "homes")]
    pub role_assignment: Option<RoleAssignment>,
    /// The last saga that ended.
    #[serde(default)]
    pub last: Option<SagaId>,
    /// The full drill under way.
    #[serde(default)]
    pub drill: Option<DrillRecord>,
    /// The finished sagas whose evidence is not stored yet, the oldest first. They are few, and only for a short
    /// while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_due: Vec<EvidenceDue>,
    /// Raised by one at every change. The next change is conditional on it.
    pub revision: u64,
}

impl PairHead {
    /// The unfinished sagas that it names: the pair's saga, then the round of its guard. No index is needed.
    pub fn unfinished(&self) -> impl Iterator<Item = &SagaId> {
        self.saga.iter().chain(self.guard.iter().filter_map(|guard| guard.saga.as_ref()))
    }
}

/// The status of a saga as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SagaStatus {
    /// There is or may be something to do.
    Running,
    /// It waits for the answer to a question.
    Asking,
    /// Blocked steps keep it from moving on.
    PersonNeeded,
    /// Only the pursuit is left.
    Pursuing,
    /// It is over.
    Finished(Outcome),
}

/// `SAGA#s / HEAD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaHead {
    /// [`STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// The saga.
    pub saga: SagaId,
    /// The pair's name.
    pub pair: PairName,
    /// The kind, e.g. `failover`.
    pub kind: String,
    /// The hash of the frozen plan (S12). The plan is the object `sagas/<saga>/plan.json`.
    pub plan: PlanHash,
    /// The person, or the part of Switchback, that started it.
    pub by: String,
    /// The status.
    pub status: SagaStatus,
    /// Raised by one at every take-over (S2).
    pub epoch: u64,
    /// The runner that holds or held the lease.
    pub owner: String,
    /// The end of its lease. It is in the past when the lease was given back.
    pub lease_until: Timestamp,
    /// The time before which nothing is due.
    pub next_at: Option<Timestamp>,
    /// The person, or the part of Switchback, that asked for it to be aborted.
    pub abort_by: Option<String>,
    /// The reason for the abort.
    pub abort_why: Option<String>,
    /// The progress of people's orders for it.
    pub controls: ControlCount,
    /// The number of steps by state.
    pub tally: Tally,
    /// The four clocks (R16).
    pub clocks: Clocks,
}

impl SagaHead {
    /// The head of a saga that nobody has driven yet.
    pub fn new(pair: PairName, plan: &Plan, hash: PlanHash, by: impl Into<String>, clocks: Clocks) -> Self {
        Self {
            version: STORE_VERSION,
            saga: plan.saga.clone(),
            pair,
            kind: plan.kind.clone(),
            plan: hash,
            by: by.into(),
            status: SagaStatus::Running,
            epoch: 0,
            owner: String::new(),
            lease_until: Timestamp::UNIX_EPOCH,
            next_at: None,
            abort_by: None,
            abort_why: None,
            controls: ControlCount::default(),
            tally: State::new(plan).tally(),
            clocks,
        }
    }
}

/// `SAGA#s / STEP#stage#number`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepItem {
    /// The step.
    pub step: StepId,
    /// The location of the resource.
    pub place: String,
    /// The resource's kind.
    pub kind: String,
    /// The resource's id.
    pub resource: String,
    /// The resource's name.
    pub name: String,
    /// The wanted state.
    pub want: String,
    /// The recorded state and history of the step.
    pub record: StepRecord,
}

/// `SAGA#s / LOG#epoch#sequence`: some lines, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogChunk {
    /// The epoch whose runner wrote it.
    pub epoch: u64,
    /// From 0 within the epoch, without gaps.
    pub sequence: u64,
    /// The lines. A seal has none: it is the chunk by which a later runner ends this epoch's log.
    pub lines: Vec<Line>,
}

/// A lease that was just taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The saga's head as it is now, with the new epoch.
    pub head: SagaHead,
}

/// The result of a try to take a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakeOver {
    /// The lease was taken.
    Taken(Box<Lease>),
    /// Another runner holds it, or it has not fully run out (drain, S13).
    Held {
        /// The time before which it cannot be taken.
        until: Timestamp,
    },
    /// The saga is finished (S16), or unknown.
    Over,
}

/// The store of pairs.
#[async_trait]
pub trait Pairs: Send + Sync {
    /// The pair's head. `None`: nothing was ever recorded of the pair.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn pair(&self, pair: &PairName) -> Result<Option<PairHead>, StoreError>;

    /// Writes `head` if the recorded revision is `head.revision - 1` (0: no item).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is not, or another [`StoreError`].
    async fn put_pair(&self, head: &PairHead) -> Result<(), StoreError>;

    /// Adds a saga that is over to its pair's history. The first item of a saga stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`]. An item that exists already is no error.
    async fn put_done(&self, done: &DoneItem) -> Result<(), StoreError>;

    /// The pair's history, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn done(&self, pair: &PairName) -> Result<Vec<DoneItem>, StoreError>;
}

/// The store of sagas.
#[async_trait]
pub trait Sagas: Send + Sync {
    /// Writes a new saga's head.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it exists already, or another [`StoreError`].
    async fn create(&self, head: &SagaHead) -> Result<(), StoreError>;

    /// A saga's head, read consistently.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn head(&self, saga: &SagaId) -> Result<Option<SagaHead>, StoreError>;

    /// Takes the lease if it has run out by `now - drain`, and adds one to the epoch (S2).
    ///
    /// # Errors
    ///
    /// [`StoreError`]. A lease that another runner holds is no error.
    async fn take(
        &self,
        saga: &SagaId,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        drain: jiff::SignedDuration,
    ) -> Result<TakeOver, StoreError>;

    /// Writes the head if the recorded epoch is still `head.epoch`: the status, the lease, the due time, the tally,
    /// the clocks, the count of orders that were taken in, and whether the saga is held. Returns the head as it is
    /// then, with the fields that others may have set: `abort_by`, `abort_why`, `controls.asked`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if the epoch has moved on (S33), or another [`StoreError`].
    async fn keep(&self, head: &SagaHead) -> Result<SagaHead, StoreError>;

    /// Asks for the saga to be aborted. This is only recorded here, and the runner acknowledges it (S14).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if the saga is finished or unknown, or another [`StoreError`].
    async fn ask_abort(&self, saga: &SagaId, by: &str, why: &str) -> Result<(), StoreError>;

    /// Writes a step, unless a later epoch has touched it (S33).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if one has, or another [`StoreError`].
    async fn put_step(&self, saga: &SagaId, epoch: u64, step: &StepItem) -> Result<(), StoreError>;

    /// The steps recorded so far, in plan order. A step that was never touched is absent.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn steps(&self, saga: &SagaId) -> Result<Vec<StepItem>, StoreError>;

    /// Appends a chunk if its sequence number is free. This condition stops a superseded runner: its successor has
    /// sealed the number that it would write to. The very same lines may be appended again, since an answer may have
    /// been lost. A seal may not, since nothing in it shows who wrote it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if another chunk has the number, or another [`StoreError`].
    async fn append(&self, saga: &SagaId, chunk: &LogChunk) -> Result<(), StoreError>;

    /// All chunks in order (epoch, sequence), read consistently.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn log(&self, saga: &SagaId) -> Result<Vec<LogChunk>, StoreError>;
}
