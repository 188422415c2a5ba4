//! Why an attempt did not bring its step to the wanted state.
//!
//! Sorted by what the caller does next, not by what went wrong: two causes with
//! the same reaction are one variant and two codes.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Names a page of advice: `switchback explain CODE`.
///
/// Upper-case words joined by hyphens, e.g. `NO-ANSWER`. Stable across versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// A code known at compile time.
    pub const fn new(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// The code as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the caller does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// Nothing happened; try again, not before `after_ms` milliseconds if given.
    Again {
        /// What the other side asked for (`Retry-After`), in milliseconds.
        after_ms: Option<u64>,
    },
    /// It may have happened: look before doing anything else (S6).
    VerifyFirst,
    /// The other side says that it is so already. Still read back before it counts (S5).
    AlreadySo,
    /// Only a person can help: permission, credentials, an ambiguous match.
    PersonNeeded,
    /// This workspace does not have such a thing, so there is nothing to do here.
    UnsupportedHere,
    /// It is as wanted, but steps that are open could undo it: look again when they are settled.
    WaitForOthers,
}

/// An attempt, or a part of one, that did not succeed.
///
/// `message` names the place and the cause in one sentence and never holds a
/// credential (S23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// What the caller does next.
    pub reaction: Reaction,
    /// The page of advice.
    pub code: Code,
    /// What was tried, on what, and what came back.
    pub message: String,
}

impl Fault {
    /// Nothing happened; another try may succeed.
    pub fn again(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::Again { after_ms: None }, code, message: message.into() }
    }

    /// It may have happened.
    pub fn verify_first(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::VerifyFirst, code, message: message.into() }
    }

    /// Only a person can help.
    pub fn person_needed(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::PersonNeeded, code, message: message.into() }
    }

    /// There is no such thing on this side.
    pub fn unsupported_here(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::UnsupportedHere, code, message: message.into() }
    }

    /// It is so, but open steps could undo it.
    pub fn wait_for_others(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::WaitForOthers, code, message: message.into() }
    }

    /// It is so already.
    pub fn already_so(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::AlreadySo, code, message: message.into() }
    }
}
