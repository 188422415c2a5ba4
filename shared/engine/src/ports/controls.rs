//! What people order of a saga under way, and the lessons of a pair.
//!
//! A runner alone writes a saga's log, so an order is an item of its own beside the saga, which only a
//! runner takes in.

use std::fmt;

use async_trait::async_trait;
use failover::PairName;
use jiff::Timestamp;
use jiff::civil::Date;
use saga::{SagaId, StepId};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "control")]
pub enum Control {
    /// Nothing of the saga acts until it is resumed, the pursuit included.
    Hold,
    /// A held saga goes on.
    Resume,
    /// A blocked or waiting step is tried at once.
    Retry {
        /// Which.
        step: StepId,
    },
    /// The saga goes on without a step.
    Waive {
        /// Which.
        step: StepId,
    },
    /// What could not be verified stopped is pursued no longer.
    EndPursuit {
        /// Which; `None`: everything that is pursued.
        step: Option<StepId>,
    },
    /// Something that was learned (R43).
    Lesson {
        /// What.
        text: String,
        /// Who sees to it.
        owner: Option<String>,
        /// Until when.
        due: Option<Date>,
    },
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Control::Hold => f.write_str("hold the saga"),
            Control::Resume => f.write_str("resume the saga"),
            Control::Retry { step } => write!(f, "retry step {step}"),
            Control::Waive { step } => write!(f, "waive step {step}"),
            Control::EndPursuit { step: Some(step) } => write!(f, "end the pursuit of step {step}"),
            Control::EndPursuit { step: None } => f.write_str("end the whole pursuit"),
            Control::Lesson { .. } => f.write_str("write down a lesson"),
        }
    }
}

/// How an order stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ControlState {
    /// No runner has taken it in.
    Open,
    /// It was carried out.
    Taken {
        /// When that was marked.
        at: Timestamp,
    },
    /// It was not carried out.
    Refused {
        /// When that was marked.
        at: Timestamp,
        /// The page of advice.
        code: String,
        /// A sentence.
        why: String,
    },
}

/// `SAGA#s / CONTROL#id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlItem {
    /// Sorts by time.
    pub id: String,
    /// What.
    pub control: Control,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// When it was ordered.
    pub at: Timestamp,
    /// How it stands.
    pub state: ControlState,
}

/// How far orders were taken in, in a saga's head: an idle tick looks at nothing else (L6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlCount {
    /// Raised by one by whoever has written an order.
    pub asked: u64,
    /// What `asked` was when the runner looked last.
    pub taken: u64,
    /// The saga is held.
    pub held: bool,
}

impl ControlCount {
    /// Whether there are orders that no runner has looked at.
    pub fn waits(&self) -> bool {
        self.asked != self.taken
    }
}

/// How a lesson was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// `PAIR#p / LESSON#id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonItem {
    /// The saga's id and the order's.
    pub id: String,
    /// What it was learned from.
    pub saga: SagaId,
    /// What.
    pub text: String,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Who sees to it.
    pub owner: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// How it was closed; `None`: open.
    pub closed: Option<Closed>,
}

/// Orders and lessons.
#[async_trait]
pub trait Controls: Send + Sync {
    /// Writes an order, then raises the count in the saga's head. The very same order may be written again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if the saga is finished or unknown, or another [`StoreError`].
    async fn order(&self, saga: &SagaId, control: &ControlItem) -> Result<(), StoreError>;

    /// All orders of a saga, in order of time.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn controls(&self, saga: &SagaId) -> Result<Vec<ControlItem>, StoreError>;

    /// Marks an open order; one that is marked already stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn mark(&self, saga: &SagaId, id: &str, state: &ControlState) -> Result<(), StoreError>;

    /// Writes a lesson, if it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn add_lesson(&self, pair: &PairName, lesson: &LessonItem) -> Result<(), StoreError>;

    /// All lessons of a pair, in order of their sagas.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn lessons(&self, pair: &PairName) -> Result<Vec<LessonItem>, StoreError>;

    /// Closes an open lesson.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is closed or unknown, or another [`StoreError`].
    async fn close_lesson(&self, pair: &PairName, id: &str, closed: &Closed) -> Result<(), StoreError>;
}
