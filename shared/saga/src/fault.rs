//! Faults: the reasons why an attempt did not bring its step to the wanted state.
//!
//! They are sorted by what the caller does next, and not by what went wrong. Two causes with the same reaction are
//! one variant and two codes.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Name of a page of advice, which `switchback explain CODE` prints.
///
/// It consists of upper-case words joined by hyphens, e.g. `NO-ANSWER`. It is stable across versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// Makes a code that is known at compile time.
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

/// The next thing that the caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// Nothing happened. The caller tries again, not before `after_ms` milliseconds if given.
    Again {
        /// Pause that the other side asked for (`Retry-After`), in milliseconds.
        after_ms: Option<u64>,
    },
    /// It may have happened. The caller reads before it does anything else (S6).
    VerifyFirst,
    /// The other side says that it is already so. It is still read back before it counts (S5).
    AlreadySo,
    /// Only a person can help: permission, credentials, an ambiguous match.
    PersonNeeded,
    /// This workspace does not have such a thing, so there is nothing to do here.
    UnsupportedHere,
    /// It is as wanted, but open steps could undo it. The caller reads it again when they are settled.
    WaitForOthers,
}

impl Reaction {
    /// Whether nothing happened, and the caller simply tries again.
    pub fn is_again(self) -> bool {
        match self {
            Reaction::Again { .. } => true,
            Reaction::VerifyFirst
            | Reaction::AlreadySo
            | Reaction::PersonNeeded
            | Reaction::UnsupportedHere
            | Reaction::WaitForOthers => false,
        }
    }

    /// Whether another try of the same thing may succeed, with nobody's help and with no other step.
    pub fn is_retry(self) -> bool {
        match self {
            Reaction::Again { .. } | Reaction::VerifyFirst | Reaction::AlreadySo => true,
            Reaction::PersonNeeded | Reaction::UnsupportedHere | Reaction::WaitForOthers => false,
        }
    }
}

/// An attempt, or a part of one, that did not succeed.
///
/// `message` names the place and the cause in one sentence. It never holds a credential (S23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// The next thing that the caller does.
    pub reaction: Reaction,
    /// Code of the page of advice.
    pub code: Code,
    /// The attempt in words: the request, its target and the answer.
    pub message: String,
}

impl Fault {
    /// A fault where nothing happened, and another try may succeed.
    pub fn again(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::Again { after_ms: None }, code, message: message.into() }
    }

    /// A fault where it may have happened.
    pub fn verify_first(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::VerifyFirst, code, message: message.into() }
    }

    /// A fault that only a person can help with.
    pub fn person_needed(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::PersonNeeded, code, message: message.into() }
    }

    /// A fault where this side has no such thing.
    pub fn unsupported_here(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::UnsupportedHere, code, message: message.into() }
    }

    /// A fault where it is as wanted, but open steps could undo it.
    pub fn wait_for_others(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::WaitForOthers, code, message: message.into() }
    }

    /// A fault where it is already as wanted.
    pub fn already_so(code: Code, message: impl Into<String>) -> Self {
        Self { reaction: Reaction::AlreadySo, code, message: message.into() }
    }
}
