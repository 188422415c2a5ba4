//! The two sides of a pair, their roles in the pair, and their roles in one saga.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Name of a pair, e.g. `payments`: one to sixty lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PairName(String);

impl PairName {
    /// Checks and accepts a name.
    ///
    /// # Errors
    ///
    /// A sentence that says which names are allowed.
    pub fn new(name: &str) -> Result<Self, String> {
        let fits = (1..=60).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(format!("{name:?} is not a pair's name: use 1 to 60 lower-case letters, digits and hyphens"))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PairName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A side of a pair, by its role. The configuration gives the roles, and only a promotion swaps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side where the work normally runs.
    Primary,
    /// The side that the work goes to when the primary fails.
    Standby,
}

impl Side {
    /// The other side of the pair.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Side::Primary => Side::Standby,
            Side::Standby => Side::Primary,
        }
    }

    /// The word for it, e.g. `primary`.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Primary => "primary",
            Side::Standby => "standby",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The role of a side in one saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The work is moved away from it.
    Leaving,
    /// The work is moved to it.
    Target,
}

impl Role {
    /// The word that steps have as their location, e.g. `target`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Leaving => "leaving",
            Role::Target => "target",
        }
    }
}

/// The role assignment: which workspace has which role, by host. A promotion writes it (R44).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// Host of the primary.
    pub primary: String,
    /// Host of the standby.
    pub standby: String,
}
