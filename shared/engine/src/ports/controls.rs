//! Defines the port of people's orders for running sagas, and of the lessons of a pair.
//!
//! Only a runner writes a saga's log. So an order is an item of its own beside the saga, and only a runner takes it
//! in.

use std::fmt;

use async_trait::async_trait;
use failover::PairName;
use jiff::Timestamp;
use jiff::civil::Date;
use saga::{SagaId, StepId};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "control")]
pub enum Control {
    /// Nothing of the saga acts until it is resumed, the pursuit included.
    Hold,
    /// A held saga goes on.
    Resume,
    /// A blocked or waiting step is tried at once.
    Retry {
        /// The step.
        step: StepId,
    },
    /// The saga goes on without a step.
    Waive {
        /// The step.
        step: StepId,
    },
    /// A resource that could not be verified stopped is pursued no longer.
    EndPursuit {
        /// The step. `None`: every step that is pursued.
        step: Option<StepId>,
    },
    /// A lesson is written down (R43).
    Lesson {
        /// The text of the lesson.
        text: String,
        /// The person who takes care of it.
        owner: Option<String>,
        /// The day until which it should be done.
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

/// The status of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ControlState {
    /// No runner has taken it in.
    Open,
    /// It was carried out.
    Taken {
        /// The time when this was marked.
        at: Timestamp,
    },
    /// It was not carried out.
    Refused {
        /// The time when this was marked.
        at: Timestamp,
        /// The advice code.
        code: String,
        /// The reason, in one sentence.
        why: String,
    },
}

/// `SAGA#s / CONTROL#id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlItem {
    /// The id. Ids sort by time.
    pub id: String,
    /// The order itself.
    pub control: Control,
    /// The person, or the part of Switchback, that gave it.
    pub by: String,
    /// The reason.
    pub why: String,
    /// The time when it was given.
    pub at: Timestamp,
    /// The status.
    pub state: ControlState,
}

/// The progress of orders, in a saga's head. An idle tick reads nothing else of the orders (L6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlCount {
    /// Each write of an order raises it by one.
    pub asked: u64,
    /// The value of `asked` when the runner last took orders in.
    pub taken: u64,
    /// The saga is held.
    pub held: bool,
}

impl ControlCount {
    /// Whether there are orders that no runner has read.
    pub fn waits(&self) -> bool {
        self.asked != self.taken
    }
}

/// The end of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The person who closed it.
    pub by: String,
    /// The reason.
    pub why: String,
    /// The time when it was closed.
    pub at: Timestamp,
}

/// `PAIR#p / LESSON#id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonItem {
    /// The saga's id, and a hash of the author and the text.
    pub id: String,
    /// The saga that it was learned from.
    pub saga: SagaId,
    /// The text.
    pub text: String,
    /// The person who wrote it down.
    pub by: String,
    /// The time when it was written down.
    pub at: Timestamp,
    /// The person who takes care of it.
    pub owner: Option<String>,
    /// The day until which it should be done.
    pub due: Option<Date>,
    /// The end of the lesson. `None`: it is open.
    pub closed: Option<Closed>,
}

/// The store of orders and lessons.
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

    /// Marks an open order. An order that is marked already stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn mark(&self, saga: &SagaId, id: &str, state: &ControlState) -> Result<(), StoreError>;

    /// Writes a lesson if it does not exist yet.
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
