//! The checkpoint: the recorded inventory of a side, with what is active there and what a restore needs.
//!
//! It is taken while the side is healthy, because a dead side gives no answers. Only the code that takes a
//! checkpoint knows the content of `detail`. This crate carries it and does not read it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pair::{PairName, Side};
use crate::resource_key::ResourceKey;

/// The version of the checkpoint's shape that this code writes (S22).
pub const CHECKPOINT_VERSION: u32 = 1;

/// The stage of a failover that a start belongs to (R26 to R29).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartStage {
    /// R26: pools, from which compute is taken.
    Pools,
    /// R27: compute that was running.
    Compute,
    /// R28: limits are set back, and the chosen jobs are run.
    Jobs,
    /// R29: everything that starts work by itself.
    Schedules,
}

impl StartStage {
    /// All stages, in order.
    pub const ALL: [StartStage; 4] = [Self::Pools, Self::Compute, Self::Jobs, Self::Schedules];

    /// Name of the stage in a plan, e.g. `pools`.
    pub const fn as_str(self) -> &'static str {
        match self {
            StartStage::Pools => "pools",
            StartStage::Compute => "compute",
            StartStage::Jobs => "jobs",
            StartStage::Schedules => "schedules",
        }
    }
}

/// The condition under which a start is part of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Always, because it brings the target to the state of the leaving side.
    Always,
    /// Only if the policy runs interrupted work again.
    IfInterruptedIsRunAgain,
}

/// One thing to do on the other side, so that a resource works there as it did here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Stage of the start.
    pub stage: StartStage,
    /// Kind that carries it out; `None` means the kind of the resource.
    pub kind: Option<String>,
    /// Wanted state, as the kind names it, e.g. `running`.
    pub want: String,
    /// Data that the kind needs for it.
    pub detail: Value,
    /// The way to avoid a second effect.
    pub class: saga::Class,
    /// The condition under which it is part of a plan.
    pub trust: Trust,
}

/// One resource of a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Name of its kind, e.g. `job`.
    pub kind: String,
    /// Id on this side.
    pub id: String,
    /// Name of the resource.
    pub name: String,
    /// Value of its `switchback` tag, which maps it to its counterpart.
    pub tag: Option<String>,
    /// Its state in a word or two, for people.
    pub state: String,
    /// Whether it could process data by itself when the checkpoint was taken.
    pub active: bool,
    /// Starts that are needed on the other side. A resource that was off has none (S15).
    pub starts: Vec<Start>,
    /// Reason why it cannot be carried over; `None` if it can.
    pub not_carried: Option<String>,
    /// Things that would hurt and were found during the listing, each with its remedy.
    pub findings: Vec<String>,
    /// Resources on its own side that it can start by itself while it is not fenced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub can_start: Vec<Startable>,
    /// Steps that set it back, on its own side, to the state that is recorded here. They are needed if a fence
    /// changes more than whether it is on. None of them makes it active.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_back: Vec<Start>,
}

impl Resource {
    /// Its kind and id.
    pub fn key(&self) -> ResourceKey {
        ResourceKey::new(&self.kind, &self.id)
    }
}

/// A resource that another one can start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Startable {
    /// Name of its kind, e.g. `job`.
    pub kind: String,
    /// Its id; `None` if it is unknown which resource of the kind it is.
    pub id: Option<String>,
}

/// The recorded inventory of a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// [`CHECKPOINT_VERSION`] of the code that wrote it.
    pub version: u32,
    /// Name of the pair.
    pub pair: PairName,
    /// The side that was listed.
    pub side: Side,
    /// When the listing began.
    pub taken_at: Timestamp,
    /// Every resource of every listed kind, ordered by kind and id.
    pub resources: Vec<Resource>,
    /// Kinds that could not be listed, each with the reason. It is empty if the checkpoint is complete.
    pub missing: BTreeMap<String, Missing>,
}

/// The reason why a kind is not in a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Missing {
    /// The workspace does not offer the kind.
    UnsupportedHere {
        /// The answer of the workspace.
        message: String,
    },
    /// The kind could not be listed.
    NotListed {
        /// The fault in words.
        message: String,
    },
}

/// Bytes that are not a usable checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A later version of the program wrote it (S22).
    #[error("the checkpoint has version {found}, this program reads up to {known}: use the newer program")]
    Newer {
        /// Version of the checkpoint.
        found: u32,
        /// Latest version that this program knows.
        known: u32,
    },
    /// The bytes are no checkpoint.
    #[error("the checkpoint cannot be read: {0}")]
    Unreadable(String),
}

impl Checkpoint {
    /// Gives the bytes to store.
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
    /// [`CheckpointError`] if the version is newer, or if the bytes cannot be read.
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

    /// The record of a side that a saga has begun to fence. A recorded resource stays, with what was active then. A
    /// new resource is added. A recorded resource is left out if its kind was listed and it is gone.
    pub fn with_new(&self, fresh: &Checkpoint) -> Checkpoint {
        let known: BTreeSet<ResourceKey> = self.resources.iter().map(Resource::key).collect();
        let there: BTreeSet<ResourceKey> = fresh.resources.iter().map(Resource::key).collect();
        let stays = |r: &&Resource| fresh.missing.contains_key(&r.kind) || there.contains(&r.key());
        let mut resources: Vec<Resource> = self.resources.iter().filter(stays).cloned().collect();
        let new = fresh.resources.iter().filter(|r| !known.contains(&r.key()));
        resources.extend(new.cloned());
        resources.sort_by(|a, b| (&a.kind, &a.id).cmp(&(&b.kind, &b.id)));
        Checkpoint { resources, missing: fresh.missing.clone(), ..self.clone() }
    }

    /// Corrects an answer that cannot be true. The workspace does not lack a kind if the record has resources of
    /// it. The kind was not listed, also if the answer said something else.
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

    /// This checkpoint, but each kind that `fresh` has resources of is taken from `fresh`.
    ///
    /// The leaving side may answer for some kinds and not for others. Its answers are newer than the record.
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
