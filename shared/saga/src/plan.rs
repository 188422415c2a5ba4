//! The plan: the wanted states, their order and their gates.
//!
//! A plan is frozen when its saga starts (S12). It is stored as the exact bytes that were hashed. So no later
//! version of this code, or of a dependency, can make the same plan hash to something else.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version of the plan's shape that this code writes (S22). Version 3 has other names for six stages than version
/// 2: `notify`, `notify-again`, `isolate`, `readmit`, `repoint` and `manual`. Plans of both are carried out.
pub const PLAN_VERSION: u32 = 3;

/// Id of one saga, e.g. `payments-20260105T081500Z-1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SagaId(pub String);

impl fmt::Display for SagaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 of a plan's bytes, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanHash(pub String);

impl PlanHash {
    /// Hashes the bytes of a plan.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(bytes)))
    }

    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Position of a step in its plan: stage and number in the stage, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepId {
    /// Index of the stage.
    pub stage: u16,
    /// Index of the step in its stage.
    pub number: u32,
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.stage, self.number)
    }
}

/// The way to keep an effect from happening twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It is harmless to want the same state twice. The plan is record enough.
    Idempotent,
    /// The call carries a token that is the same in every attempt (S7).
    Tokened,
    /// The call is neither of the two. Its intent is recorded before it, and verified after doubt (S6).
    Intended,
}

/// The condition that another step must meet before this one may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// It was read back in its wanted state, or was waived.
    Verified,
    /// It was attempted at least once, or is done or waived.
    Tried,
}

/// A step that this one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// Id of the other step.
    pub step: StepId,
    /// The condition that it must meet.
    pub need: Need,
    /// Name of a question. Its approval, given with the risk accepted, takes the place of the need (S10).
    pub unless_accepted: Option<String>,
}

/// One resource that shall be in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Location of the resource, as the plan's builder names it.
    pub place: String,
    /// Kind of the resource, as the code that carries the step out names it.
    pub kind: String,
    /// Id of the resource in its location.
    pub resource: String,
    /// Name of the resource, for people.
    pub name: String,
    /// Wanted state, as the code that carries the step out names it.
    pub want: String,
    /// Data that is needed to make the wanted state, e.g. the settings to restore.
    pub detail: serde_json::Value,
    /// The way to avoid a second effect.
    pub class: Class,
    /// Whether it goes on after the forward part has finished, until it is verified or waived.
    pub pursue: bool,
    /// Conditions of other steps before the first attempt.
    pub needs: Vec<Needed>,
    /// Resources that could undo this step. It is tried all the same, and is done only when they are settled (S5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "undone_by")]
    pub restarted_by: Vec<Restarter>,
    /// Whether the saga does not wait for it. It is waived, with its last fault as the reason, when nothing else is
    /// open and it is blocked or was tried often enough. Only together with `pursue`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl Step {
    /// A step with nothing special: it carries no data, needs no other step, and the saga waits for it. The texts are
    /// in the order of the members.
    pub fn new(
        place: impl Into<String>,
        kind: impl Into<String>,
        resource: impl Into<String>,
        name: impl Into<String>,
        want: impl Into<String>,
    ) -> Self {
        Self {
            place: place.into(),
            kind: kind.into(),
            resource: resource.into(),
            name: name.into(),
            want: want.into(),
            detail: serde_json::Value::Null,
            class: Class::Idempotent,
            pursue: false,
            needs: Vec::new(),
            restarted_by: Vec::new(),
            optional: false,
        }
    }
}

/// A resource that could undo a step that was just found as wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restarter {
    /// The resource of this step.
    Step(StepId),
    /// Any resource of this kind in the same location.
    AnyOf(String),
}

/// The condition that must hold before a stage begins (S9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// There is no condition.
    Open,
    /// Every step of the named stages is done or waived.
    Verified(Vec<String>),
    /// Every step of the named stages was attempted, or is blocked, done or waived.
    Tried(Vec<String>),
    /// The named question was approved for this plan.
    Approved(String),
    /// All of these gates are open.
    All(Vec<Gate>),
}

/// An ordered group of steps with an entry gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Name, unique in the plan.
    pub name: String,
    /// The condition that must hold before its first step.
    pub gate: Gate,
    /// Its steps. They begin in this order and are tried side by side.
    pub steps: Vec<Step>,
}

/// Everything a saga will do, as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_VERSION`] of the code that wrote it.
    pub version: u32,
    /// Id of the saga that it belongs to.
    pub saga: SagaId,
    /// Subject of the saga, e.g. the pair's name.
    pub subject: String,
    /// Kind of the saga, e.g. `failover`.
    pub kind: String,
    /// When the plan was made.
    pub made_at: Timestamp,
    /// Data that the builder wants to remember, e.g. which side is leaving. It is opaque here.
    pub about: serde_json::Value,
    /// Stages, in the order of printing. Their gates decide what runs side by side.
    pub stages: Vec<Stage>,
    /// Things that were left out on purpose, with reasons.
    pub exceptions: Vec<String>,
    /// Things that would hurt, with remedies.
    pub findings: Vec<String>,
}

/// A plan that may not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two stages share a name.
    #[error("stage {0} occurs twice in the plan")]
    DuplicateStage(String),
    /// A gate names a stage that is not before its own.
    #[error("the gate of stage {stage} names {named}, which is not an earlier stage")]
    GateLooksForward {
        /// The stage with this gate.
        stage: String,
        /// The stage that the gate names.
        named: String,
    },
    /// A step waits for, or can be undone by, a step that does not exist or is not before it.
    #[error("step {step} waits for step {needed}, which does not come before it")]
    NeedLooksForward {
        /// The step that waits.
        step: StepId,
        /// The step that it names.
        needed: StepId,
    },
    /// Bytes that are not a plan.
    #[error("the stored plan cannot be read: {0}")]
    Unreadable(String),
    /// Bytes whose hash is not the recorded one (S12).
    #[error("the stored plan hashes to {found}, but {recorded} was recorded when the saga started")]
    Altered {
        /// The recorded hash.
        recorded: String,
        /// The hash of what was read.
        found: String,
    },
    /// A plan whose `about` has another shape than this program knows.
    #[error(
        "this program cannot read which sides the plan of saga {saga} is about, so it does nothing for it: {why}. Use \
         the version of Switchback that made the plan"
    )]
    Foreign {
        /// The saga.
        saga: SagaId,
        /// The first difference.
        why: String,
    },
    /// A plan of a later version (S22).
    #[error("the plan has version {found}, this program reads up to {known}: use the newer program")]
    Newer {
        /// The plan's version.
        found: u32,
        /// The latest version known here.
        known: u32,
    },
}

impl Plan {
    /// Gives the bytes to store and their hash. Equal plans give equal bytes.
    ///
    /// # Errors
    ///
    /// [`PlanError::Unreadable`] if a detail cannot be written as JSON.
    pub fn freeze(&self) -> Result<(Vec<u8>, PlanHash), PlanError> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|e| PlanError::Unreadable(e.to_string()))?;
        let hash = PlanHash::of(&bytes);
        Ok((bytes, hash))
    }

    /// Reads stored bytes back and proves that they are the recorded plan.
    ///
    /// # Errors
    ///
    /// [`PlanError::Altered`], [`PlanError::Newer`], [`PlanError::Unreadable`], or an error of [`Plan::check`].
    pub fn thaw(bytes: &[u8], recorded: &PlanHash) -> Result<Self, PlanError> {
        let found = PlanHash::of(bytes);
        if found != *recorded {
            return Err(PlanError::Altered { recorded: recorded.0.clone(), found: found.0 });
        }
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let unreadable = |e: serde_json::Error| PlanError::Unreadable(e.to_string());
        let Versioned { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if version > PLAN_VERSION {
            return Err(PlanError::Newer { found: version, known: PLAN_VERSION });
        }
        let plan: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        plan.check()?;
        Ok(plan)
    }

    /// Proves that gates and needs point backward only, so that no plan can wait for itself.
    ///
    /// # Errors
    ///
    /// The first mistake, in plan order.
    pub fn check(&self) -> Result<(), PlanError> {
        let mut earlier = BTreeSet::new();
        for (id, step) in self.steps() {
            if let Some(needed) = step.needs.iter().find(|n| n.step >= id || self.step(n.step).is_none()) {
                return Err(PlanError::NeedLooksForward { step: id, needed: needed.step });
            }
            let restarters = step.restarted_by.iter().filter_map(|restarter| match restarter {
                Restarter::Step(restarter) => Some(*restarter),
                Restarter::AnyOf(_) => None,
            });
            if let Some(restarter) =
                restarters.into_iter().find(|restarter| *restarter >= id || self.step(*restarter).is_none())
            {
                return Err(PlanError::NeedLooksForward { step: id, needed: restarter });
            }
        }
        for stage in &self.stages {
            if let Some(named) = stage.gate.stages().into_iter().find(|n| !earlier.contains(n)) {
                return Err(PlanError::GateLooksForward { stage: stage.name.clone(), named: named.to_owned() });
            }
            if !earlier.insert(stage.name.as_str()) {
                return Err(PlanError::DuplicateStage(stage.name.clone()));
            }
        }
        Ok(())
    }

    /// All steps in plan order.
    pub fn steps(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.stages.iter().enumerate().flat_map(|(stage, s)| {
            s.steps
                .iter()
                .enumerate()
                .map(move |(number, step)| (StepId { stage: stage as u16, number: number as u32 }, step))
        })
    }

    /// One step, if the plan has it.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.stages.get(usize::from(id.stage))?.steps.get(id.number as usize)
    }

    /// Number of steps.
    pub fn total(&self) -> usize {
        self.stages.iter().map(|s| s.steps.len()).sum()
    }

    /// The idempotency token of a step (S7). It has at most 64 characters. It is the same in every attempt, and
    /// different for every other step of any saga.
    pub fn token(&self, id: StepId) -> String {
        let mut hash = Sha256::new();
        hash.update(self.saga.0.as_bytes());
        hash.update([0]);
        hash.update(id.to_string().as_bytes());
        hex::encode(hash.finalize())
    }
}

impl Gate {
    /// The stages that this gate names, in order.
    pub fn stages(&self) -> Vec<&str> {
        match self {
            Gate::Open | Gate::Approved(_) => Vec::new(),
            Gate::Verified(names) | Gate::Tried(names) => names.iter().map(String::as_str).collect(),
            Gate::All(gates) => gates.iter().flat_map(Gate::stages).collect(),
        }
    }

    /// The questions that this gate asks, in order.
    pub fn questions(&self) -> Vec<&str> {
        match self {
            Gate::Open | Gate::Verified(_) | Gate::Tried(_) => Vec::new(),
            Gate::Approved(question) => vec![question.as_str()],
            Gate::All(gates) => gates.iter().flat_map(Gate::questions).collect(),
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gate::Open => f.write_str("open"),
            Gate::Verified(names) => write!(f, "{} verified", names.join(", ")),
            Gate::Tried(names) => write!(f, "{} tried", names.join(", ")),
            Gate::Approved(question) => write!(f, "approved: {question}"),
            Gate::All(gates) => {
                let texts: Vec<String> = gates.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join(" and "))
            }
        }
    }
}
