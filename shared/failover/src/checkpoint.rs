//! The checkpoint: what a side has, what is active there, what a restore needs.
//!
//! It is taken while the side is well, since a dead side can no longer be asked.
//! What stands in `detail` and `marks` is the business of whoever took it; here it
//! is carried, not read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pair::{PairName, Side};

/// The version of the checkpoint's shape that this code writes (S22).
pub const CHECKPOINT_VERSION: u32 = 1;

/// Which stage of a failover a start belongs to (R26 to R29).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartStage {
    /// R26: what compute is taken from.
    Pools,
    /// R27: compute that was running.
    Compute,
    /// R28: limits set back, and the chosen runs.
    Jobs,
    /// R29: whatever starts work by itself.
    Schedules,
}

impl StartStage {
    /// All, in order.
    pub const ALL: [StartStage; 4] = [Self::Pools, Self::Compute, Self::Jobs, Self::Schedules];

    /// The stage's name in a plan.
    pub const fn as_str(self) -> &'static str {
        match self {
            StartStage::Pools => "pools",
            StartStage::Compute => "compute",
            StartStage::Jobs => "jobs",
            StartStage::Schedules => "schedules",
        }
    }
}

/// When a start is part of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Always: it sets the target to what the leaving side was.
    Always,
    /// Only where the policy runs again what was interrupted.
    IfInterruptedIsRunAgain,
}

/// One thing to do on the other side so that a resource works there as it did here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Which stage.
    pub stage: StartStage,
    /// The kind that carries it out, where that is not the resource's own.
    pub kind: Option<String>,
    /// The wanted state; a word of the kind.
    pub want: String,
    /// What the kind needs for it.
    pub detail: Value,
    /// How a second effect is avoided.
    pub class: saga::Class,
    /// When it is part of a plan.
    pub trust: Trust,
}

/// One resource of a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its kind's name, e.g. `job`.
    pub kind: String,
    /// Its id on this side.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The value of its `switchback` tag, which matches it across the sides.
    pub tag: Option<String>,
    /// Its state in a word or two, for people.
    pub state: String,
    /// Whether it could process data by itself when the checkpoint was taken.
    pub active: bool,
    /// Starts needed on the other side; none for what was off (S15).
    pub starts: Vec<Start>,
    /// Why it cannot be carried over, if it cannot.
    pub not_carried: Option<String>,
    /// What would hurt, found while looking, each with its remedy.
    pub findings: Vec<String>,
    /// What it starts by itself while it is not fenced, on its own side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub can_start: Vec<Startable>,
    /// What sets it back, on its own side, to how it is recorded here, where a fence changes more than
    /// whether it is on; nothing of it makes it active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_back: Vec<Start>,
}

/// A resource that another one can start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Startable {
    /// Its kind's name.
    pub kind: String,
    /// Its id; `None` where it is not known which one of the kind.
    pub id: Option<String>,
}

/// The recorded inventory of a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// [`CHECKPOINT_VERSION`] of the code that wrote it.
    pub version: u32,
    /// Which pair.
    pub pair: PairName,
    /// Which side.
    pub side: Side,
    /// When the listing began.
    pub taken_at: Timestamp,
    /// Every resource of every kind listed, in the order kind, id.
    pub resources: Vec<Resource>,
    /// Kinds that could not be listed, each with why. Empty when the checkpoint is complete.
    pub missing: BTreeMap<String, Missing>,
}

/// Why a kind is not in a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Missing {
    /// The workspace does not offer it.
    UnsupportedHere {
        /// What the workspace said.
        message: String,
    },
    /// It could not be listed.
    NotListed {
        /// The fault.
        message: String,
    },
}

/// Bytes that are not a usable checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Written by a later version (S22).
    #[error("the checkpoint has version {found}, this program reads up to {known}: use the newer program")]
    Newer {
        /// Its version.
        found: u32,
        /// The latest known here.
        known: u32,
    },
    /// Not a checkpoint.
    #[error("the checkpoint cannot be read: {0}")]
    Unreadable(String),
}

impl Checkpoint {
    /// The bytes to store.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Unreadable`] if a detail cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        serde_json::to_vec(self).map_err(|e| CheckpointError::Unreadable(e.to_string()))
    }

    /// Reads stored bytes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let unreadable = |e: serde_json::Error| CheckpointError::Unreadable(e.to_string());
        let Versioned { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if version > CHECKPOINT_VERSION {
            return Err(CheckpointError::Newer { found: version, known: CHECKPOINT_VERSION });
        }
        serde_json::from_slice(bytes).map_err(unreadable)
    }

    /// The record of a side that a saga has begun to fence: what was recorded stays, with what was
    /// active then; what is new is added; what is gone from a whole listing is left out.
    pub fn with_new(&self, fresh: &Checkpoint) -> Checkpoint {
        let known: BTreeSet<(&str, &str)> = self.resources.iter().map(|r| (r.kind.as_str(), r.id.as_str())).collect();
        let there: BTreeSet<(&str, &str)> = fresh.resources.iter().map(|r| (r.kind.as_str(), r.id.as_str())).collect();
        let stays =
            |r: &&Resource| fresh.missing.contains_key(&r.kind) || there.contains(&(r.kind.as_str(), r.id.as_str()));
        let mut resources: Vec<Resource> = self.resources.iter().filter(stays).cloned().collect();
        let new = fresh.resources.iter().filter(|r| !known.contains(&(r.kind.as_str(), r.id.as_str())));
        resources.extend(new.cloned());
        resources.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
        Checkpoint { resources, missing: fresh.missing.clone(), ..self.clone() }
    }

    /// A kind of which the record has resources is not one that the workspace lacks, whatever was
    /// answered on the way: it was not listed.
    #[must_use]
    pub fn doubted(mut self, recorded: &Checkpoint) -> Checkpoint {
        for (kind, missing) in &mut self.missing {
            if let Missing::UnsupportedHere { message } = missing
                && recorded.resources.iter().any(|r| r.kind == *kind)
            {
                *missing = Missing::NotListed { message: std::mem::take(message) };
            }
        }
        self
    }

    /// Whether every kind was listed, or is one that the workspace lacks.
    pub fn is_whole(&self) -> bool {
        self.missing.values().all(|missing| match missing {
            Missing::UnsupportedHere { .. } => true,
            Missing::NotListed { .. } => false,
        })
    }

    /// This checkpoint, with every kind that `fresh` lists taken from `fresh`.
    ///
    /// The leaving side may answer for some kinds and not for others; what it
    /// still tells is newer than what was recorded.
    #[must_use]
    pub fn refreshed(&self, fresh: &Checkpoint) -> Checkpoint {
        let listed = |kind: &str| !fresh.missing.contains_key(kind) && fresh.resources.iter().any(|r| r.kind == kind);
        let mut resources: Vec<Resource> = self.resources.iter().filter(|r| !listed(&r.kind)).cloned().collect();
        resources.extend(fresh.resources.iter().cloned());
        resources.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
        let missing = self.missing.iter().filter(|(kind, _)| !listed(kind)).map(|(k, m)| (k.clone(), m.clone()));
        Checkpoint { resources, missing: missing.collect(), ..self.clone() }
    }
}
