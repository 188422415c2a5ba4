//! The two sides of a pair, as homes and as roles in one saga.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names a pair: one to sixty lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PairName(String);

impl PairName {
    /// Accepts a name.
    ///
    /// # Errors
    ///
    /// A sentence that says what a name may be.
    pub fn new(name: &str) -> Result<Self, String> {
        let fits = (1..=60).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(format!("{name:?} is not a pair's name: use 1 to 60 lower-case letters, digits and hyphens"))
        }
    }

    /// The name as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PairName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A home of a pair; fixed by configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where the work is at home.
    Primary,
    /// Where it goes when the primary fails.
    Standby,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Side::Primary => Side::Standby,
            Side::Standby => Side::Primary,
        }
    }

    /// The word for it.
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

/// What a side is to one saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Work is moved away from it.
    Leaving,
    /// Work is moved to it.
    Target,
}

impl Role {
    /// The word that steps carry as their place.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Leaving => "leaving",
            Role::Target => "target",
        }
    }
}

/// Which workspace has which home, by host: written by a promotion (R44).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Homes {
    /// The host of the primary.
    pub primary: String,
    /// The host of the standby.
    pub standby: String,
}
