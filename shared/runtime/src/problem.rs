//! Turns a fault into an answer for people and scripts. No other place does this.

use std::fmt;

use engine::approvals::{NotAnswered, NotProven};
use engine::capture::CaptureError;
use engine::dry_run::DryRunFailed;
use engine::ports::StoreError;
use engine::runner::Stopped;
use engine::start::{StartError, StartRefused};
use failover::{PlanRefused, Side};
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

impl From<StartRefused> for Problem {
    fn from(error: StartRefused) -> Self {
        match error {
            StartRefused::AnotherSaga { .. } => Self::refused("ANOTHER-SAGA", error.to_string()),
            StartRefused::Frozen { .. } => Self::refused("PAIR-FROZEN", error.to_string()),
            StartRefused::GuardUnderWay { .. } => Self::refused("GUARD-UNDER-WAY", error.to_string()),
            StartRefused::NoCheckpoint(_) => Self::refused("NO-CHECKPOINT", error.to_string()),
            StartRefused::LeavingNotWell { .. } => Self::refused("LEAVING-NOT-WELL", with_remedies(error.to_string())),
            StartRefused::TargetNotReady { .. } => Self::refused("TARGET-NOT-READY", error.to_string()),
            StartRefused::DrillUnderWay { .. } => Self::refused("DRILL-UNDER-WAY", error.to_string()),
            StartRefused::Window(_) => Self::refused("WINDOW-MISSED", error.to_string()),
            StartRefused::Plan(PlanRefused::AtHome(_)) => Self::refused("AT-HOME", error.to_string()),
            StartRefused::Plan(PlanRefused::TargetIsActive(_)) => Self::refused("TARGET-IS-ACTIVE", error.to_string()),
            StartRefused::Plan(PlanRefused::TargetNotListed { .. }) => {
                Self::refused("TARGET-NOT-LISTED", with_remedies(error.to_string()))
            }
            StartRefused::Plan(
                PlanRefused::WrongCheckpoint { .. }
                | PlanRefused::NothingThere(_)
                | PlanRefused::Action { .. }
                | PlanRefused::Plan(_),
            ) => Self::refused("NO-PLAN", error.to_string()),
            StartRefused::Capture(error) => error.into(),
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

impl From<DryRunFailed> for Problem {
    fn from(error: DryRunFailed) -> Self {
        match error {
            DryRunFailed::Store(error) => error.into(),
            DryRunFailed::LooksEnded => Self::failed("STILL-CHANGING", error.to_string()),
            DryRunFailed::Plan(_) | DryRunFailed::Illegal(_) => Self::refused("NO-PLAN", error.to_string()),
        }
    }
}

impl From<NotProven> for Problem {
    fn from(error: NotProven) -> Self {
        Self::refused("NOT-APPROVED", error.to_string())
    }
}

impl From<NotAnswered> for Problem {
    fn from(error: NotAnswered) -> Self {
        match error {
            NotAnswered::Answered(_)
            | NotAnswered::Declined(_)
            | NotAnswered::Expired
            | NotAnswered::SamePerson(_)
            | NotAnswered::AnotherPlan => Self::refused("NOT-ANSWERED", error.to_string()),
            NotAnswered::NotProven(not) => not.into(),
            NotAnswered::WorseLoss => Self::refused("LOSS-IS-WORSE", error.to_string()),
            NotAnswered::Store(error) => error.into(),
        }
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Superseded => Self::failed("SUPERSEDED", stopped.to_string()),
            // A saga was under way in each case, so this is not a refusal that changed nothing.
            Stopped::Store(error) => Self { exit: Exit::Failed, ..error.into() },
            Stopped::Plan(_) | Stopped::Broken(_) | Stopped::Illegal(_) => {
                Self::failed("LOG-BROKEN", stopped.to_string())
            }
        }
    }
}
