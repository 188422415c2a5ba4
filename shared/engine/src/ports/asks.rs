//! Approvals: questions, answers, and who looked at them.

use async_trait::async_trait;
use jiff::Timestamp;
use saga::{PlanHash, Proof, SagaId};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// How an approval stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum AskState {
    /// Nobody answered yet.
    Open,
    /// Answered, not used.
    Answered(Answer),
    /// Used by the saga: it can never be used again (S11).
    Used(Answer),
}

/// A named person's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who.
    pub by: String,
    /// Yes or no.
    pub approved: bool,
    /// Whether the risk that the question names is accepted (S10).
    pub accepts_risk: bool,
    /// The plan that was shown.
    pub plan: PlanHash,
    /// The loss that was shown, in seconds; `None` if unknown was shown.
    pub loss_shown_s: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// How each who is named was proven, in the order of the names; empty in items that do not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
}

/// A personal link to a question. The link itself is nowhere recorded (S23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Whose.
    pub approver: String,
    /// The hash of its token.
    pub token: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When its message was accepted for delivery.
    pub sent_at: Option<Timestamp>,
    /// Wrong codes typed so far. Ten lock it.
    #[serde(default)]
    pub wrong: u32,
}

impl Link {
    /// So many wrong codes lock a link.
    pub const WRONG_AT_MOST: u32 = 10;

    /// Whether too many wrong codes were typed.
    pub fn is_locked(&self) -> bool {
        self.wrong >= Self::WRONG_AT_MOST
    }
}

/// `SAGA#s / ASK#question`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskItem {
    /// [`STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// Which saga.
    pub saga: SagaId,
    /// Which question of its plan.
    pub question: String,
    /// The plan it is about.
    pub plan: PlanHash,
    /// The question as a person reads it.
    pub text: String,
    /// The loss it means, in seconds; `None` if unknown.
    pub loss_s: Option<i64>,
    /// An answer after this does not count.
    pub expires_at: Timestamp,
    /// How it stands.
    pub state: AskState,
    /// When it was asked, this time.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// So many different people must say yes.
    #[serde(default = "one")]
    pub people: u32,
    /// Those who have, while more are needed.
    #[serde(default)]
    pub given: Vec<Answer>,
    /// The personal links that were made for it.
    #[serde(default)]
    pub links: Vec<Link>,
    /// How often it was asked again: because it expired, or because the loss grew.
    #[serde(default)]
    pub round: u32,
    /// Under the policy `act`: the saga begins then unless somebody says no.
    #[serde(default)]
    pub veto_until: Option<Timestamp>,
    /// Raised by one at every change; the condition of the next.
    #[serde(default)]
    pub revision: u64,
}

fn one() -> u32 {
    1
}

/// Why an answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefused {
    /// It was used before (S11).
    #[error("the approval was used before")]
    Used,
    /// Nobody answered.
    #[error("nobody has answered yet")]
    Open,
    /// The answer is no.
    #[error("{0} declined")]
    Declined(String),
    /// Given for another plan.
    #[error("the approval was given for another plan")]
    AnotherPlan,
    /// Given for a smaller loss than there is now.
    #[error("the loss is now worse than the one that was shown")]
    WorseLoss,
    /// Too late.
    #[error("the approval has expired")]
    Expired,
}

/// What somebody did about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A message with a link was sent.
    Sent,
    /// The page was looked at.
    Viewed,
    /// Yes was said.
    Approved,
    /// No was said.
    Declined,
    /// An answer was not accepted.
    Refused,
    /// A link was locked after too many wrong codes.
    Locked,
    /// The question was asked again.
    AskedAgain,
}

/// One line of what people did about the questions of a saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailLine {
    /// When.
    pub at: Timestamp,
    /// Which question.
    pub question: String,
    /// Who, as far as that is known.
    pub who: String,
    /// What.
    pub deed: Deed,
    /// Why or how, for people.
    pub note: String,
}

/// Approvals.
#[async_trait]
pub trait Asks: Send + Sync {
    /// Writes a question if it was not asked before; asking twice is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn ask(&self, ask: &AskItem) -> Result<(), StoreError>;

    /// A question of a saga.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn question(&self, saga: &SagaId, question: &str) -> Result<Option<AskItem>, StoreError>;

    /// Writes a question if it is recorded with the revision `ask.revision - 1` and was not used.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is not, or another [`StoreError`].
    async fn put_question(&self, ask: &AskItem) -> Result<(), StoreError>;

    /// Marks exactly this answer as used, if it is recorded and not used (S11).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it was used or is another one, or another [`StoreError`].
    async fn use_answer(&self, saga: &SagaId, question: &str, answer: &Answer) -> Result<(), StoreError>;

    /// Appends a line to what people did about the questions of a saga.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn note(&self, saga: &SagaId, line: &TrailLine) -> Result<(), StoreError>;

    /// What people did about the questions of a saga, in order of time.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn trail(&self, saga: &SagaId) -> Result<Vec<TrailLine>, StoreError>;
}
