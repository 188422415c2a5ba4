//! Turns a fault into an answer for people and scripts. No other place does this.

use std::fmt;

use engine::approvals::{AnswerError, ProofError};
use engine::capture::CaptureError;
use engine::dry_run::DryRunError;
use engine::ports::StoreError;
use engine::runner::RunnerError;
use engine::start::{OrderError, StartError};
use failover::{PlanningError, Side};
use saga::Fault;
use serde::Serialize;

use crate::advice::remedy;
use crate::config::ConfigError;

/// The results that scripts can distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It ended as wanted.
    Fine,
    /// Something went wrong. Another try may help.
    Failed,
    /// The request is not possible: bad input, or a refusal. Nothing was changed.
    Refused,
    /// A person is needed: blocked steps, an open question.
    PersonNeeded,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Refused => 2,
            Exit::PersonNeeded => 3,
        }
    }
}

/// An answer to a request that did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The code of the page of advice: `switchback explain CODE`.
    pub code: String,
    /// A text that says what is wrong and where.
    pub message: String,
    #[serde(skip)]
    exit: Exit,
}

impl Problem {
    /// Bad input or a refusal. Nothing was changed.
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), exit: Exit::Refused }
    }

    /// Something went wrong.
    pub fn failed(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), exit: Exit::Failed }
    }

    /// A side that cannot be used in its present state. Nothing was changed.
    pub fn of_side(side: Side, url: &str, fault: &Fault) -> Self {
        let message = format!("the {side}, {url}: {}", fault.message);
        Self::refused(fault.code.as_str(), with_remedy(message, fault.code.as_str()))
    }

    /// The result with which the process ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

/// Adds a remedy to a sentence about a fault. The fault's code is before a colon, and its page has the remedy.
fn with_remedies(message: String) -> String {
    let is_code = |word: &&str| word.chars().all(|c| c.is_ascii_uppercase() || c == '-') && remedy(word).is_some();
    let code = message.split([' ', ':']).find(is_code).unwrap_or_default().to_owned();
    with_remedy(message, &code)
}

fn with_remedy(message: String, code: &str) -> String {
    match remedy(code) {
        Some(remedy) => format!("{}: {remedy}", message.trim_end_matches('.')),
        None => message,
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n(switchback explain {})", self.code, self.message, self.code)
    }
}

impl std::error::Error for Problem {}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self::refused("CONFIGURATION", error.to_string())
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::failed(fault.code.as_str(), fault.message)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Refused(_) => Self::refused("CHANGED-MEANWHILE", error.to_string()),
            StoreError::Again(_) => Self::failed("STORE-NO-ANSWER", error.to_string()),
            StoreError::Broken(_) => Self::refused("STORE-UNUSABLE", error.to_string()),
            StoreError::Newer { .. } => Self::refused("NEWER-VERSION", error.to_string()),
        }
    }
}

impl From<CaptureError> for Problem {
    fn from(error: CaptureError) -> Self {
        match error {
            CaptureError::Fenced(_) => Self::refused("SIDE-FENCED", error.to_string()),
            CaptureError::Incomplete { .. } => Self::failed("CHECKPOINT-INCOMPLETE", with_remedies(error.to_string())),
            CaptureError::Checkpoint(_) => Self::refused("CHECKPOINT-UNREADABLE", error.to_string()),
            CaptureError::Store(error) => error.into(),
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::AnotherSaga { .. } => Self::refused("ANOTHER-SAGA", error.to_string()),
            OrderError::Frozen { .. } => Self::refused("PAIR-FROZEN", error.to_string()),
            OrderError::GuardUnderWay { .. } => Self::refused("GUARD-UNDER-WAY", error.to_string()),
            OrderError::NoCheckpoint(_) => Self::refused("NO-CHECKPOINT", error.to_string()),
            OrderError::LeavingNotWell { .. } => Self::refused("LEAVING-NOT-WELL", with_remedies(error.to_string())),
            OrderError::TargetNotReady { .. } => Self::refused("TARGET-NOT-READY", error.to_string()),
            OrderError::DrillUnderWay { .. } => Self::refused("DRILL-UNDER-WAY", error.to_string()),
            OrderError::Window(_) => Self::refused("WINDOW-MISSED", error.to_string()),
            OrderError::Plan(PlanningError::AtHome(_)) => Self::refused("AT-HOME", error.to_string()),
            OrderError::Plan(PlanningError::TargetIsActive(_)) => Self::refused("TARGET-IS-ACTIVE", error.to_string()),
            OrderError::Plan(PlanningError::TargetNotListed { .. }) => {
                Self::refused("TARGET-NOT-LISTED", with_remedies(error.to_string()))
            }
            OrderError::Plan(
                PlanningError::WrongCheckpoint { .. }
                | PlanningError::NothingThere(_)
                | PlanningError::Action { .. }
                | PlanningError::Plan(_),
            ) => Self::refused("NO-PLAN", error.to_string()),
            OrderError::Capture(error) => error.into(),
        }
    }
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Refused(refused) => refused.into(),
            StartError::Store(error) => error.into(),
        }
    }
}

impl From<DryRunError> for Problem {
    fn from(error: DryRunError) -> Self {
        match error {
            DryRunError::Store(error) => error.into(),
            DryRunError::LooksEnded => Self::failed("STILL-CHANGING", error.to_string()),
            DryRunError::Plan(_) | DryRunError::Illegal(_) => Self::refused("NO-PLAN", error.to_string()),
        }
    }
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        Self::refused("NOT-APPROVED", error.to_string())
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Answered(_)
            | AnswerError::Declined(_)
            | AnswerError::Expired
            | AnswerError::SamePerson(_)
            | AnswerError::AnotherPlan => Self::refused("NOT-ANSWERED", error.to_string()),
            AnswerError::NotProven(not) => not.into(),
            AnswerError::WorseLoss => Self::refused("LOSS-IS-WORSE", error.to_string()),
            AnswerError::Store(error) => error.into(),
        }
    }
}

impl From<RunnerError> for Problem {
    fn from(stopped: RunnerError) -> Self {
        match stopped {
            RunnerError::Superseded => Self::failed("SUPERSEDED", stopped.to_string()),
            // A saga was under way in each case, so this is not a refusal that changed nothing.
            RunnerError::Store(error) => Self { exit: Exit::Failed, ..error.into() },
            RunnerError::Plan(_) | RunnerError::Broken(_) | RunnerError::Illegal(_) => {
                Self::failed("LOG-BROKEN", stopped.to_string())
            }
        }
    }
}
