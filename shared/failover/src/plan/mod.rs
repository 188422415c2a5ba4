//! The builders of plans: R20 to R31, R40 to R44 and R50 as stages, gates and steps.
//!
//! Each builder has its own file. All of them make the same steps for the same engine.

mod actions;
mod fencing;
mod findings;
mod gates;
pub mod guard;
mod homing;
mod moving;
mod refusals;
pub mod stage;
mod standby_drill;
mod starting;
mod steps;
pub mod wording;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use saga::{Plan, PlanError, SagaId};
use serde::{Deserialize, Serialize};

pub use moving::move_plan;
pub use refusals::PlanningError;
pub use standby_drill::standby_drill_plan;

use crate::action::{ActionInfo, Address, Declarations, Purpose};
use crate::checkpoint::Checkpoint;
use crate::matching::MapEntry;
use crate::operation::{Operation, Window};
use crate::pair::{PairName, Side};

/// The one question of a failover: shall it begin, with the risk that the question names?
pub const GO: &str = "go";

/// The location of a step that is external to both workspaces.
pub const EXTERNAL: &str = "outside";

/// The location of a step that is about the record of the pair.
pub const PAIR: &str = "pair";

/// The resource of a step that is about everything of its kind.
pub const EVERYTHING: &str = "*";

/// The wanted states that the steps of these plans have.
pub mod want {
    /// The resource can process no data and starts nothing by itself.
    pub const FENCED: &str = "fenced";
    /// Everything of the kind is fenced, also resources that no plan knew.
    pub const ALL_FENCED: &str = "all_fenced";
    /// The workspace answers, and Switchback can sign in.
    pub const ANSWERING: &str = "answering";
    /// The publication says that deployments are frozen.
    pub const FROZEN: &str = "frozen";
    /// The publication names the new active side.
    pub const POINTED: &str = "pointed";
    /// A whole workspace is isolated, besides the fences in it.
    pub const CUT_OFF: &str = "cut_off";
    /// A whole workspace is readmitted.
    pub const LIFTED: &str = "lifted";
    /// The last synced data of a dataset is at least as recent as was shown.
    pub const SYNCED: &str = "synced";
    /// A data source is reachable.
    pub const REACHABLE: &str = "reachable";
    /// A route leads to the target.
    pub const ROUTED: &str = "routed";
    /// The vendor's own recovery has moved what it covers.
    pub const RECOVERED: &str = "recovered";
    /// A message was sent: its channel has accepted it.
    pub const TOLD: &str = "told";
    /// A tool points at the target.
    pub const SWITCHED: &str = "switched";
    /// The target was proved to work.
    pub const PROVED: &str = "proved";
    /// Everything that the plan starts is on the target.
    pub const UP_TO_DATE: &str = "up_to_date";
    /// A lesson is written down.
    pub const LEARNED: &str = "learned";
    /// A person has taken care of it.
    pub const SEEN_TO: &str = "seen_to";
    /// The window of the saga has come, and is long enough for it.
    pub const OPEN: &str = "open";
    /// The roles of the two sides are swapped.
    pub const SWAPPED: &str = "swapped";
    /// A side is ready to stand by: it answers, nothing is on there, and everything that work needs is there.
    pub const READY: &str = "ready";
}

/// Kinds of steps that are no resource of a workspace.
pub mod own {
    /// The publication of Switchback about the pair.
    pub const PUBLICATION: &str = "publication";
    /// The workspace as a whole.
    pub const WORKSPACE: &str = "workspace";
    /// The things on a side that the plan counts on.
    pub const STANDBY: &str = "standby";
    /// The window in which a planned saga may begin.
    pub const WINDOW: &str = "window";
    /// The lessons of the saga (R43).
    pub const LESSONS: &str = "lessons";
}

/// The team's policy for failovers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailoverPolicy {
    /// Whether the leaving side is healthy. Then everything is verified stopped before anything starts.
    pub planned: bool,
    /// Whether jobs whose run was interrupted are run once on the target.
    pub run_interrupted_again: bool,
    /// A checkpoint older than this is a finding, and `status` and `check` say so.
    pub checkpoint_age: SignedDuration,
    /// Whether the leaving side is fenced at once. The question is then asked before anything is started.
    #[serde(default)]
    pub fence_first: bool,
}

/// A kind of resource that is fenced on the leaving side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FencedKind<'a> {
    /// Name of the kind, e.g. `job`.
    pub name: &'a str,
    /// Whether work runs on it, so that it is not the work itself. It is stopped after the work.
    pub compute: bool,
}

/// The recovery point of one dataset on the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetSeen {
    /// `Dataset`, or `Recovery` for data that the vendor's own recovery replicates.
    pub purpose: Purpose,
    /// Name of the action.
    pub name: String,
    /// Time of the last synced data, or the reason why it is unknown.
    pub synced_at: Result<Timestamp, String>,
    /// In seconds: the loss that the team accepts.
    pub objective_s: i64,
}

impl DatasetSeen {
    /// In seconds: the data that would be lost if the leaving side was lost at that time; `None` if it is unknown.
    pub fn loss_s(&self, lost_at: Timestamp) -> Option<i64> {
        self.synced_at.as_ref().ok().map(|synced| lost_at.duration_since(*synced).as_secs().max(0))
    }
}

/// Everything that a plan is made of.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Id of the saga.
    pub saga: SagaId,
    /// Name of the pair.
    pub pair: &'a PairName,
    /// The active side, as recorded.
    pub active: Side,
    /// The side that the work shall leave.
    pub leaving: Side,
    /// The current time.
    pub made_at: Timestamp,
    /// The inventory of the leaving side, with what was active.
    pub here: &'a Checkpoint,
    /// The inventory of the target.
    pub there: &'a Checkpoint,
    /// The explicit map of counterparts.
    pub map: &'a [MapEntry],
    /// All kinds that are fenced, in fencing order.
    pub kinds: &'a [FencedKind<'a>],
    /// The team's policy.
    pub policy: &'a FailoverPolicy,
    /// When the leaving side was lost, or is left. Data may have been written there until then.
    pub lost_at: Timestamp,
    /// Whether an earlier saga left the target, so that it may be isolated.
    pub target_was_left: bool,
    /// Addresses of the two sides.
    pub addresses: &'a [Address],
    /// Everything that the team has declared besides its workspaces.
    pub declarations: &'a Declarations,
    /// All kinds of actions that the program knows.
    pub action_kinds: &'a [ActionInfo],
    /// The recovery point of each dataset on the target.
    pub datasets: &'a [DatasetSeen],
    /// The operation of the saga.
    pub operation: Operation,
    /// The window in which a planned saga may begin; `None` means at once.
    pub window: Option<Window>,
    /// Whether an earlier approval covers it. The way back of a drill is approved with the drill.
    pub approved: bool,
    /// The facts that are known of earlier sagas.
    pub past: &'a Past,
    /// Lessons of earlier sagas that nobody has closed.
    pub lessons: &'a [OpenLesson],
}

impl Ask<'_> {
    /// Whether this is a promotion of a side on which the work is already, so that nothing moves.
    pub(crate) fn is_in_place(&self) -> bool {
        self.operation == Operation::Promotion && self.active != self.leaving
    }
}

/// The facts of the way out that a way back knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The inventory of the leaving side when it was a prepared standby. Everything else on it was made since
    /// (R42).
    pub prepared: Option<Checkpoint>,
    /// The inventory of the target before the work left it, with what was active.
    pub recorded: Option<Checkpoint>,
    /// Whether the work never came to the leaving side in full. Then the record of the target counts, and not what
    /// is active on the leaving side.
    pub midway: bool,
    /// Ids of jobs on the leaving side that were run because the run of their counterpart was interrupted.
    pub already_run: BTreeSet<String>,
}

/// A lesson of an earlier saga that nobody has closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLesson {
    /// Id of the earlier saga.
    pub saga: SagaId,
    /// The lesson in the person's words.
    pub text: String,
    /// Name of the person who takes care of it; `None` if nobody was named.
    pub owner: Option<String>,
    /// Day until which it shall be done; `None` if no day was named.
    pub due: Option<jiff::civil::Date>,
}

/// The content of the `about` of a failover's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The side that the work leaves.
    pub leaving: Side,
    /// Whether the order said that the leaving side is healthy.
    pub planned: bool,
    /// Whether the leaving side is fenced before the question is answered.
    #[serde(default)]
    pub fence_first: bool,
    /// When the inventory of the leaving side was taken.
    pub checkpoint_at: Timestamp,
    /// When the inventory of the target was taken.
    pub target_listed_at: Timestamp,
    /// Addresses of the two sides.
    #[serde(default)]
    pub addresses: Vec<Address>,
    /// The loss of the worst dataset; `None` if there is no dataset, or if the operation gives up no data.
    #[serde(default)]
    pub worst_loss: Option<Loss>,
    /// The operation of the saga; absent for a failover and for a round of the guard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "course")]
    pub operation: Option<Operation>,
    /// The window in which it may begin; `None` means at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

impl About {
    /// Reads it from a plan. There is no default: a plan of another shape may be about other sides.
    ///
    /// # Errors
    ///
    /// [`PlanError::Foreign`] if it has another shape.
    pub fn of(plan: &Plan) -> Result<Self, PlanError> {
        Self::deserialize(&plan.about)
            .map_err(|error| PlanError::Foreign { saga: plan.saga.clone(), why: error.to_string() })
    }
}

/// The loss of the worst dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Name of the dataset.
    pub dataset: String,
    /// In seconds: the loss; `None` if it is unknown.
    pub seconds: Option<i64>,
}
