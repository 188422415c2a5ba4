//! The parts that a stack is made of.

use std::sync::Arc;

use engine::ports::Clock;
use engine::{Settings, Watch};
use failover::action::Declarations;
use failover::signal::Watched;
use failover::{FailoverPolicy, MapEntry};

use super::around::SharedCloud;
use super::delivery::Delivery;
use super::sabotage::Boundaries;
use super::workspace_wire::SharedWorld;

/// The parts that a stack is made of.
pub struct StackParts {
    /// The pair of workspaces.
    pub world: SharedWorld,
    /// The cloud around the workspaces.
    pub cloud: SharedCloud,
    /// The clock of the rehearsal.
    pub clock: Arc<dyn Clock>,
    /// The faults that can happen at boundaries.
    pub boundaries: Arc<Boundaries>,
    /// The engine's durations and limits.
    pub settings: Settings,
    /// The explicit map of the pair.
    pub map: Vec<MapEntry>,
    /// The pair's policy.
    pub policy: FailoverPolicy,
    /// The actions that are declared beside the two workspaces.
    pub declarations: Declarations,
    /// How the pair is watched, and who is asked.
    pub watch: Watch,
    /// The cloud and the region of each side, as providers name them.
    pub watched: Watched,
    /// Whether the probe function runs. Without it nothing is detected, and a person gives the order.
    pub looks: bool,
    /// Whether the probe function has probes.
    pub probes: bool,
    /// Whether the schedule takes checkpoints. The script of a rehearsal takes its own, at the times in its story.
    pub syncs: bool,
    /// How wake messages arrive.
    pub delivery: Delivery,
    /// The store that records everything.
    pub store: StoreKind,
    /// Whether the pages of evidence are rendered. In a run of thousands of sagas nobody reads them.
    pub draws: bool,
    /// Guards of the store that are switched off, to prove that each of them matters.
    #[cfg(feature = "mutants")]
    pub weakened: aws::Weakened,
}

/// The store of a stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreKind {
    /// DynamoDB, S3 and SNS inside this process, under the real AWS SDK.
    #[default]
    Embedded,
    /// Plain memory behind the same ports. It makes the same calls, is much faster, and needs no SDK.
    Memory,
}
