//! The plan of a failover: recipe R20 to R31 as stages, gates and steps.
//!
//! One builder a file; all of them make the same steps for the same engine.

mod failover;
mod steps;

use jiff::{SignedDuration, Timestamp};
use saga::SagaId;
use serde::{Deserialize, Serialize};

pub use failover::{failover_plan, stage};

use crate::checkpoint::Checkpoint;
use crate::matching::MapEntry;
use crate::pair::{PairName, Side};

/// The one question of a failover: shall it begin, with the risk that it names?
pub const GO: &str = "go";

/// The resource of a step that names everything of its kind.
pub const EVERYTHING: &str = "*";

/// Wanted states that every kind of resource knows.
pub mod want {
    /// It can process no data and starts nothing by itself.
    pub const FENCED: &str = "fenced";
    /// Everything of the kind is fenced, also what no plan knew.
    pub const ALL_FENCED: &str = "all_fenced";
    /// The workspace answers and knows us.
    pub const ANSWERING: &str = "answering";
    /// What is published says that deployments are frozen.
    pub const FROZEN: &str = "frozen";
    /// What is published names the new active side.
    pub const POINTED: &str = "pointed";
    /// A whole workspace is cut off, beside what is fenced in it.
    pub const CUT_OFF: &str = "cut_off";
    /// What cut a whole workspace off is lifted.
    pub const LIFTED: &str = "lifted";
    /// The last synced data of a dataset is as recent as was shown, or more.
    pub const SYNCED: &str = "synced";
    /// A source is reachable.
    pub const REACHABLE: &str = "reachable";
    /// A route leads to the side that works.
    pub const ROUTED: &str = "routed";
    /// The vendor's own recovery has moved what it covers.
    pub const RECOVERED: &str = "recovered";
    /// People were told: their channel has accepted the message.
    pub const TOLD: &str = "told";
    /// A tool points at the side that works.
    pub const SWITCHED: &str = "switched";
    /// The target was proved to work.
    pub const PROVED: &str = "proved";
    /// Everything that the plan starts is there.
    pub const UP_TO_DATE: &str = "up_to_date";
    /// A person has seen to it.
    pub const SEEN_TO: &str = "seen_to";
}

/// Kinds of steps that are no resource of a workspace.
pub mod own {
    /// What Switchback publishes about the pair.
    pub const PUBLICATION: &str = "publication";
    /// The workspace as a whole.
    pub const WORKSPACE: &str = "workspace";
}

/// What the team has decided about failovers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailoverPolicy {
    /// The leaving side is well: everything is verified stopped before anything starts.
    pub planned: bool,
    /// Jobs whose run was interrupted are run once on the target.
    pub run_interrupted_again: bool,
    /// A checkpoint older than this is a finding.
    pub checkpoint_age: SignedDuration,
}

/// A kind of resource that is fenced on the leaving side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FencedKind<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is what work runs on, not the work itself: stopped after the work.
    pub compute: bool,
}

/// Everything a plan is made of.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The saga's id.
    pub saga: SagaId,
    /// Which pair.
    pub pair: &'a PairName,
    /// Which side works now, as recorded.
    pub active: Side,
    /// Which side the work shall leave.
    pub leaving: Side,
    /// Now.
    pub made_at: Timestamp,
    /// What the leaving side has and had active.
    pub here: &'a Checkpoint,
    /// What the target has.
    pub there: &'a Checkpoint,
    /// The explicit map.
    pub map: &'a [MapEntry],
    /// All kinds that are fenced, in fencing order.
    pub kinds: &'a [FencedKind<'a>],
    /// The team's policy.
    pub policy: &'a FailoverPolicy,
}

/// What stands in a failover's `about`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Which side the work leaves.
    pub leaving: Side,
    /// Whether the leaving side was said to be well.
    pub planned: bool,
    /// When the leaving side's inventory was taken.
    pub checkpoint_at: Timestamp,
    /// When the target's inventory was taken.
    pub target_listed_at: Timestamp,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefused {
    /// The work is on the target already.
    #[error("the {0} is already the active side of this pair: there is nothing to move to it")]
    TargetIsActive(Side),
    /// A checkpoint is of another side or pair.
    #[error("the checkpoint is of {found}, not of {wanted}: capture the right side")]
    WrongCheckpoint {
        /// What it is of.
        found: String,
        /// What was needed.
        wanted: String,
    },
    /// The checkpoint has nothing in it.
    #[error("the checkpoint of the {0} holds no resource: capture it with a principal that may see them")]
    NothingThere(Side),
    /// A kind of the target could not be listed.
    #[error("the {side} did not list its kind {kind}: {message}")]
    TargetNotListed {
        /// The target.
        side: Side,
        /// Which kind.
        kind: String,
        /// Why not.
        message: String,
    },
    /// The plan does not hold together; a fault of the builder.
    #[error(transparent)]
    Plan(#[from] saga::PlanError),
}
