//! Defines the port of approvals: approval requests, answers and audit entries.

use async_trait::async_trait;
pub use failover::evidence::AuditAction;
use jiff::Timestamp;
use saga::{PlanHash, Proof, SagaId};
use serde::{Deserialize, Serialize};

use super::StoreError;

/// The status of an approval request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RequestState {
    /// Nobody answered yet.
    Open,
    /// It was answered, and the answer is not used yet.
    Answered(Answer),
    /// The saga has used it. It can never be used again (S11).
    Used(Answer),
}

/// The answer of a named person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The approver's name. Several names are joined by " and ".
    pub by: String,
    /// Yes or no.
    pub approved: bool,
    /// Whether the person accepts the risk that the question names (S10).
    pub accepts_risk: bool,
    /// The plan that was shown.
    pub plan: PlanHash,
    /// In seconds: the loss that was shown. `None`: it was shown as unknown.
    pub loss_shown_s: Option<i64>,
    /// The time of the answer.
    pub at: Timestamp,
    /// The proof of each named person, in the order of the names. It is empty in items from before proofs were
    /// recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
}

/// A personal link to a question. The link itself is not recorded anywhere (S23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The name of the approver who gets the link.
    pub approver: String,
    /// The hash of its token.
    pub token: String,
    /// The time when it was made.
    pub made_at: Timestamp,
    /// The time when its message was accepted for delivery.
    pub sent_at: Option<Timestamp>,
    /// The number of wrong codes so far. Ten lock the link.
    #[serde(default)]
    pub wrong: u32,
}

impl Link {
    /// The number of wrong codes that lock a link.
    pub const WRONG_AT_MOST: u32 = 10;

    /// Whether too many wrong codes were typed.
    pub fn is_locked(&self) -> bool {
        self.wrong >= Self::WRONG_AT_MOST
    }
}

/// `SAGA#s / ASK#question`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRequest {
    /// [`STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// The saga.
    pub saga: SagaId,
    /// The question's name in the plan.
    pub question: String,
    /// The plan that the question is about.
    pub plan: PlanHash,
    /// The question as a person reads it.
    pub text: String,
    /// In seconds: the loss that a yes would mean. `None`: unknown.
    pub loss_s: Option<i64>,
    /// An answer after this does not count.
    pub expires_at: Timestamp,
    /// The status.
    pub state: RequestState,
    /// The time when it was asked in this round.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// The number of different people who must say yes.
    #[serde(default = "one")]
    pub people: u32,
    /// The yes of each person so far, while more people are needed.
    #[serde(default)]
    pub given: Vec<Answer>,
    /// The personal links that were made for it.
    #[serde(default)]
    pub links: Vec<Link>,
    /// The number of times that it was asked again, because it expired or because the loss grew.
    #[serde(default)]
    pub round: u32,
    /// Under the policy `act`: the saga begins at this time unless somebody says no.
    #[serde(default)]
    pub veto_until: Option<Timestamp>,
    /// Raised by one at every change. The next change is conditional on it.
    #[serde(default)]
    pub revision: u64,
}

fn one() -> u32 {
    1
}

/// The reason why an answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerUseError {
    /// It was used before (S11).
    #[error("the approval was used before")]
    Used,
    /// Nobody has answered.
    #[error("nobody has answered yet")]
    Open,
    /// The answer is no.
    #[error("{0} declined")]
    Declined(String),
    /// It was given for another plan.
    #[error("the approval was given for another plan")]
    AnotherPlan,
    /// It was given for a smaller loss than the current one.
    #[error("the loss is now worse than the one that was shown")]
    WorseLoss,
    /// It came too late.
    #[error("the approval has expired")]
    Expired,
}

/// One audit entry about the questions of a saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The time of the entry.
    pub at: Timestamp,
    /// The question's name in the plan.
    pub question: String,
    /// The name of the person, or `switchback`, as far as it is known.
    pub who: String,
    /// The kind of the entry.
    #[serde(rename = "deed")]
    pub action: AuditAction,
    /// The reason or the details, for people.
    pub note: String,
}

/// The store of approval requests.
#[async_trait]
pub trait ApprovalRequests: Send + Sync {
    /// Writes a question if it was not asked before. A second call is harmless.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn ask(&self, ask: &ApprovalRequest) -> Result<(), StoreError>;

    /// A question of a saga.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn question(&self, saga: &SagaId, question: &str) -> Result<Option<ApprovalRequest>, StoreError>;

    /// Writes a question if it is recorded with the revision `ask.revision - 1` and was not used.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is not, or another [`StoreError`].
    async fn put_question(&self, ask: &ApprovalRequest) -> Result<(), StoreError>;

    /// Marks exactly this answer as used, if it is recorded and not used (S11).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it was used or is another one, or another [`StoreError`].
    async fn use_answer(&self, saga: &SagaId, question: &str, answer: &Answer) -> Result<(), StoreError>;

    /// Appends an audit entry about a question of a saga.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn note(&self, saga: &SagaId, line: &AuditEntry) -> Result<(), StoreError>;

    /// The audit entries about the questions of a saga, in order of time.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn audit(&self, saga: &SagaId) -> Result<Vec<AuditEntry>, StoreError>;
}
