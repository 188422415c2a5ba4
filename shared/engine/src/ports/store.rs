//! What is recorded: pairs, sagas, steps.
//!
//! Every write is a single item under one condition. Nothing here needs a
//! transaction, an index or an expiry, so the same code runs on a plain table, a
//! global table with one writing region, or a strongly consistent global table.

use async_trait::async_trait;
use failover::verdict::{CoolDown, Freeze};
use failover::{Clocks, Homes, PairName, Side};
use jiff::Timestamp;
use saga::{Line, Outcome, PlanHash, SagaId, StepId, StepRecord, Tally};
use serde::{Deserialize, Serialize};

use super::ControlCount;
use super::drill::DrillRecord;
use super::history::DoneItem;

/// The version of the items that this code writes (S22).
pub const STORE_VERSION: u32 = 2;

/// A read or a write that did not happen as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The condition did not hold: somebody else wrote first.
    #[error("{0} was changed by somebody else")]
    Refused(String),
    /// The store did not answer or asked for patience; the write may have happened.
    #[error("the store did not confirm: {0}")]
    Again(String),
    /// The store cannot be used as it is; says what to do.
    #[error("{0}")]
    Broken(String),
    /// Written by a later version of this program (S22).
    #[error("{what} has version {found}, this program reads up to {known}: use the newer program")]
    Newer {
        /// Which item.
        what: String,
        /// Its version.
        found: u32,
        /// The latest known here.
        known: u32,
    },
}

/// The watch over a side that a saga has fenced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardRecord {
    /// The fenced side; it is guarded for as long as it is the inactive one.
    pub side: Side,
    /// When it was last looked at, or when the guard began.
    pub looked_at: Timestamp,
    /// The round under way: a saga of its own, which only fences.
    pub saga: Option<SagaId>,
    /// The last round that was begun.
    #[serde(default)]
    pub last: Option<SagaId>,
}

/// A finished saga whose evidence is still to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceDue {
    /// Which saga.
    pub saga: SagaId,
    /// When it let its pair go.
    pub ended_at: Timestamp,
    /// Tries that were begun, whatever became of them.
    pub tries: u32,
    /// When the last of them was begun.
    pub tried_at: Option<Timestamp>,
}

/// `PAIR#p / HEAD`: which side is active, and the one running saga (S1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairHead {
    /// [`STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// Which pair.
    pub pair: PairName,
    /// Which side works now.
    pub active: Side,
    /// The one saga that is not finished: this is the mutex.
    pub saga: Option<SagaId>,
    /// Deployments are frozen.
    pub frozen: bool,
    /// The watch over the side that was left, if one was.
    #[serde(default)]
    pub guard: Option<GuardRecord>,
    /// A person has stopped everything but looking.
    #[serde(default)]
    pub freeze: Option<Freeze>,
    /// The time after the last saga in which no verdict proposes another.
    #[serde(default)]
    pub cool_down: Option<CoolDown>,
    /// Which workspace has which home, since a promotion; `None`: as configured.
    #[serde(default)]
    pub homes: Option<Homes>,
    /// The last saga that ended.
    #[serde(default)]
    pub last: Option<SagaId>,
    /// The full drill under way.
    #[serde(default)]
    pub drill: Option<DrillRecord>,
    /// Finished sagas whose evidence is still to be kept, the oldest first; few, and only for a short while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_due: Vec<EvidenceDue>,
    /// Raised by one at every change; the condition of the next.
    pub revision: u64,
}

impl PairHead {
    /// The unfinished sagas that it names: the pair's one, then the round of its guard. No index is needed.
    pub fn unfinished(&self) -> impl Iterator<Item = &SagaId> {
        self.saga.iter().chain(self.guard.iter().filter_map(|guard| guard.saga.as_ref()))
    }
}

/// Where a saga stands as a whole.
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
    /// Which saga.
    pub saga: SagaId,
    /// Which pair.
    pub pair: PairName,
    /// What kind, e.g. `failover`.
    pub kind: String,
    /// The frozen plan (S12); the object is `sagas/<saga>/plan.json`.
    pub plan: PlanHash,
    /// Who or what started it.
    pub by: String,
    /// Where it stands.
    pub status: SagaStatus,
    /// Raised by one at every take-over (S2).
    pub epoch: u64,
    /// The runner that holds or held the lease.
    pub owner: String,
    /// Until when its lease runs. In the past when it was given back.
    pub lease_until: Timestamp,
    /// Nothing is due before this.
    pub next_at: Option<Timestamp>,
    /// A person asked for it to be aborted.
    pub abort_by: Option<String>,
    /// Why.
    pub abort_why: Option<String>,
    /// What people order of it.
    pub controls: ControlCount,
    /// Steps by state.
    pub tally: Tally,
    /// The four clocks (R16).
    pub clocks: Clocks,
}

/// `SAGA#s / STEP#stage#number`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepItem {
    /// Which step.
    pub step: StepId,
    /// Where the resource is.
    pub place: String,
    /// The resource's kind.
    pub kind: String,
    /// The resource's id.
    pub resource: String,
    /// The resource's name.
    pub name: String,
    /// The wanted state.
    pub want: String,
    /// What is recorded.
    pub record: StepRecord,
}

/// `SAGA#s / LOG#epoch#sequence`: some lines, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogChunk {
    /// The epoch whose runner wrote it.
    pub epoch: u64,
    /// From 0 within the epoch, without gaps.
    pub sequence: u64,
    /// Empty in a seal: the chunk by which a later runner ends this epoch's log.
    pub lines: Vec<Line>,
}

/// A lease that was just taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The saga's head as it is now, with the new epoch.
    pub head: SagaHead,
}

/// What came of trying to take a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakeOver {
    /// It is ours.
    Taken(Box<Lease>),
    /// Another runner holds it, or it has not fully run out (drain, S13).
    Held {
        /// It cannot be taken before.
        until: Timestamp,
    },
    /// The saga is finished (S16), or unknown.
    Over,
}

/// Pairs.
#[async_trait]
pub trait Pairs: Send + Sync {
    /// The pair's head; `None` if nothing was ever recorded of it.
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
    /// [`StoreError`]; that there is one already is none.
    async fn put_done(&self, done: &DoneItem) -> Result<(), StoreError>;

    /// The pair's history, the oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn done(&self, pair: &PairName) -> Result<Vec<DoneItem>, StoreError>;
}

/// Sagas.
#[async_trait]
pub trait Sagas: Send + Sync {
    /// Writes a new saga's head.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if there is one already, or another [`StoreError`].
    async fn create(&self, head: &SagaHead) -> Result<(), StoreError>;

    /// A saga's head, read consistently.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn head(&self, saga: &SagaId) -> Result<Option<SagaHead>, StoreError>;

    /// Takes the lease if it has run out by `now - drain`, adding one to the epoch (S2).
    ///
    /// # Errors
    ///
    /// [`StoreError`]; that somebody else holds it is not an error.
    async fn take(
        &self,
        saga: &SagaId,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        drain: jiff::SignedDuration,
    ) -> Result<TakeOver, StoreError>;

    /// Writes status, lease, due time, tally, clocks, and of the orders which were taken in and whether the
    /// saga is held, if the recorded epoch is still `head.epoch`. Answers the head as it is then, with
    /// what others may have set: `abort_by`, `abort_why`, `controls.asked`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if the epoch has moved on (S33), or another [`StoreError`].
    async fn keep(&self, head: &SagaHead) -> Result<SagaHead, StoreError>;

    /// Asks for the saga to be aborted. Only recorded here; the runner acknowledges (S14).
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

    /// The steps recorded so far, in plan order; those never touched are absent.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn steps(&self, saga: &SagaId) -> Result<Vec<StepItem>, StoreError>;

    /// Appends a chunk if its place is free. That is the condition which shuts a
    /// superseded runner out: its successor has sealed the place it would write to.
    /// The very same lines may be appended again, since an answer may have been lost;
    /// a seal may not, since nothing in it tells whose it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if something else has the place, or another [`StoreError`].
    async fn append(&self, saga: &SagaId, chunk: &LogChunk) -> Result<(), StoreError>;

    /// All chunks in order (epoch, sequence), read consistently.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn log(&self, saga: &SagaId) -> Result<Vec<LogChunk>, StoreError>;
}
