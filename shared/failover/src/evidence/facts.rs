//! What was recorded while a saga ran: the half of a record that follows from nothing else.

use jiff::Timestamp;
use saga::{Line, Outcome, Plan, PlanError, PlanHash, Proof, SagaId};
use serde::{Deserialize, Serialize};

use crate::pair::PairName;

/// Everything that a record is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Which saga.
    pub saga: SagaId,
    /// Which pair.
    pub pair: PairName,
    /// What kind of saga, e.g. `failover`.
    pub kind: String,
    /// Who or what started it.
    pub by: String,
    /// How it ended, as its head has it.
    pub outcome: Outcome,
    /// When the leaving side was lost, as far as that is known.
    pub lost_at: Option<Timestamp>,
    /// When the first signal, or a person, told so.
    pub noticed_at: Option<Timestamp>,
    /// What the team has set itself.
    pub objectives: Objectives,
    /// The SHA-256 of the frozen plan's bytes, in hexadecimal.
    pub plan_hash: PlanHash,
    /// The frozen plan's exact bytes, which are text, cut at its line feeds.
    pub plan: Vec<String>,
    /// What was asked, with the answers.
    pub questions: Vec<Question>,
    /// What people did about the questions, in order of time. It stands beside the log and its chain.
    pub trail: Vec<TrailFact>,
    /// The last verdict before the record was made, in sentences; empty if there was none.
    pub verdict: Vec<String>,
    /// Every line of the log.
    pub log: Vec<Line>,
}

impl Facts {
    /// Cuts a plan's bytes at its line feeds.
    ///
    /// # Errors
    ///
    /// [`PlanError::Unreadable`] if they are no text.
    pub fn cut(plan: &[u8]) -> Result<Vec<String>, PlanError> {
        let text = std::str::from_utf8(plan).map_err(|e| PlanError::Unreadable(e.to_string()))?;
        Ok(text.split('\n').map(str::to_owned).collect())
    }

    /// The plan's exact bytes.
    pub fn plan_bytes(&self) -> Vec<u8> {
        self.plan.join("\n").into_bytes()
    }

    /// The plan, proven to be the one of the recorded hash.
    ///
    /// # Errors
    ///
    /// [`PlanError`].
    pub fn thaw(&self) -> Result<Plan, PlanError> {
        Plan::thaw(&self.plan_bytes(), &self.plan_hash)
    }
}

/// What the team has set itself, beside what the plan holds of each dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// In seconds: from the loss, or the first signal, to the validated target; `None`: none is set.
    #[serde(default)]
    pub rto_s: Option<i64>,
}

/// A question of the plan, as it stood at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its name in the plan.
    pub name: String,
    /// As a person read it.
    pub text: String,
    /// The plan that it was about.
    pub plan: PlanHash,
    /// In seconds: the loss that it named; `None` if it could not be told.
    pub loss_s: Option<i64>,
    /// When it was asked, the last time.
    pub asked_at: Option<Timestamp>,
    /// Until when it could be answered.
    pub expires_at: Timestamp,
    /// It would have begun then unless somebody had said no.
    pub veto_until: Option<Timestamp>,
    /// So many different people had to say yes.
    pub people: u32,
    /// So often it was asked again.
    pub round: u32,
    /// Every yes, one a person.
    pub given: Vec<Given>,
    /// What the answers add up to; `None` if it was never answered.
    pub answer: Option<Given>,
    /// Whether the saga has used the answer.
    pub used: bool,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Who.
    pub by: String,
    /// Yes or no.
    pub approved: bool,
    /// Whether the risk that the question names was accepted.
    pub accepts_risk: bool,
    /// The plan that was shown.
    pub plan: PlanHash,
    /// In seconds: the loss that was shown; `None` if unknown was shown.
    pub loss_shown_s: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// How each who is named was proven; empty where that is not recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
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

impl Deed {
    /// The deed for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Deed::Sent => "was sent a link",
            Deed::Viewed => "looked at it",
            Deed::Approved => "said yes",
            Deed::Declined => "said no",
            Deed::Refused => "gave an answer that did not count",
            Deed::Locked => "locked a link with wrong codes",
            Deed::AskedAgain => "asked again",
        }
    }
}

/// One line of what people did about the questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailFact {
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
