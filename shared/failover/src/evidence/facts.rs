//! The facts of a record: everything that was recorded while a saga ran. They follow from nothing else.

use jiff::Timestamp;
use saga::{Line, Outcome, Plan, PlanError, PlanHash, Proof, SagaId};
use serde::{Deserialize, Serialize};

use crate::pair::PairName;

/// The facts of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Id of the saga.
    pub saga: SagaId,
    /// Name of the pair.
    pub pair: PairName,
    /// Kind of the saga, e.g. `failover`.
    pub kind: String,
    /// Name of the person, or of the part of Switchback, that started it, e.g. `the verdict`.
    pub by: String,
    /// Outcome of the saga, as its head has it.
    pub outcome: Outcome,
    /// When the leaving side was lost, if that is known.
    pub lost_at: Option<Timestamp>,
    /// When the first signal, or a person, reported the trouble.
    pub noticed_at: Option<Timestamp>,
    /// Objectives that the team has set.
    pub objectives: Objectives,
    /// The SHA-256 of the frozen plan's bytes, in hexadecimal.
    pub plan_hash: PlanHash,
    /// The exact bytes of the frozen plan, which are text, cut at the line feeds.
    pub plan: Vec<String>,
    /// Questions of the plan, with the answers.
    pub questions: Vec<Question>,
    /// Audit entries about the questions, in order of time. They are not part of the log and its chain.
    #[serde(rename = "trail")]
    pub audit: Vec<AuditFact>,
    /// The last verdict before the record was made, in sentences; empty if there was none.
    pub verdict: Vec<String>,
    /// All lines of the log.
    pub log: Vec<Line>,
}

impl Facts {
    /// Cuts the bytes of a plan at the line feeds.
    ///
    /// # Errors
    ///
    /// [`PlanError::Unreadable`] if they are no text.
    pub fn cut(plan: &[u8]) -> Result<Vec<String>, PlanError> {
        let text = std::str::from_utf8(plan).map_err(|e| PlanError::Unreadable(e.to_string()))?;
        Ok(text.split('\n').map(str::to_owned).collect())
    }

    /// The exact bytes of the plan.
    pub fn plan_bytes(&self) -> Vec<u8> {
        self.plan.join("\n").into_bytes()
    }

    /// The plan. It is proven to have the recorded hash.
    ///
    /// # Errors
    ///
    /// [`PlanError`] if its hash is another one, or if it cannot be used.
    pub fn thaw(&self) -> Result<Plan, PlanError> {
        Plan::thaw(&self.plan_bytes(), &self.plan_hash)
    }
}

/// Objectives that the team has set. The plan holds the objective of each dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// In seconds: from the loss, or the first signal, to the validated target; `None` if none is set.
    #[serde(default)]
    pub rto_s: Option<i64>,
}

/// A question of the plan, in its last state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Name in the plan, e.g. `go`.
    pub name: String,
    /// The text that people read.
    pub text: String,
    /// Hash of the plan that it was about.
    pub plan: PlanHash,
    /// In seconds: the loss that it named; `None` if it was unknown.
    pub loss_s: Option<i64>,
    /// When it was asked the last time.
    pub asked_at: Option<Timestamp>,
    /// Time until which it could be answered.
    pub expires_at: Timestamp,
    /// Time at which the saga would have begun, unless somebody had said no.
    pub veto_until: Option<Timestamp>,
    /// Number of different people who had to say yes.
    pub people: u32,
    /// Number of times that it was asked again.
    pub round: u32,
    /// Every yes, one for each person.
    pub given: Vec<GivenAnswer>,
    /// The sum of the answers; `None` if it was never answered.
    pub answer: Option<GivenAnswer>,
    /// Whether the saga has used the answer.
    pub used: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// Name of the person, or of all people, e.g. `ana and ben`.
    pub by: String,
    /// Whether the answer is yes.
    pub approved: bool,
    /// Whether the risk that the question names was accepted.
    pub accepts_risk: bool,
    /// Hash of the plan that was shown.
    pub plan: PlanHash,
    /// In seconds: the loss that was shown; `None` if it was shown as unknown.
    pub loss_shown_s: Option<i64>,
    /// When it was given.
    pub at: Timestamp,
    /// Proof of each person who is named; empty if no proof is recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
}

/// One thing that somebody did about a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A message with a link was sent.
    Sent,
    /// The page was viewed.
    Viewed,
    /// A yes was given.
    Approved,
    /// A no was given.
    Declined,
    /// An answer was not accepted.
    Refused,
    /// A link was locked after too many wrong codes.
    Locked,
    /// The question was asked again.
    AskedAgain,
}

impl AuditAction {
    /// The words for people, e.g. `said yes`.
    pub fn as_str(self) -> &'static str {
        match self {
            AuditAction::Sent => "was sent a link",
            AuditAction::Viewed => "looked at it",
            AuditAction::Approved => "said yes",
            AuditAction::Declined => "said no",
            AuditAction::Refused => "gave an answer that did not count",
            AuditAction::Locked => "locked a link with wrong codes",
            AuditAction::AskedAgain => "asked again",
        }
    }
}

/// An audit entry: one thing that somebody did about a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFact {
    /// When it was done.
    pub at: Timestamp,
    /// Name of the question.
    pub question: String,
    /// Name of the person, if it is known.
    pub who: String,
    /// The thing that was done.
    #[serde(rename = "deed")]
    pub action: AuditAction,
    /// Note for people: the reason or the way.
    pub note: String,
}
