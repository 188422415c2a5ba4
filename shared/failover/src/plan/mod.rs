//! The plans of sagas: recipe R20 to R31, R40 to R44 and R50 as stages, gates and steps.
//!
//! One builder a file; all of them make the same steps for the same engine.

mod errands;
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
use saga::SagaId;
use serde::{Deserialize, Serialize};

pub use moving::move_plan;
pub use refusals::PlanRefused;
pub use standby_drill::standby_drill_plan;

use crate::checkpoint::Checkpoint;
use crate::course::{Course, Window};
use crate::errand::{Address, Arrangements, Duty, ErrandInfo};
use crate::matching::MapEntry;
use crate::pair::{PairName, Side};

/// The one question of a failover: shall it begin, with the risk that it names?
pub const GO: &str = "go";

/// The place of a step that is outside both workspaces.
pub const OUTSIDE: &str = "outside";

/// The place of a step that is about what is recorded of the pair.
pub const PAIR: &str = "pair";

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
    /// What was learned is written down.
    pub const LEARNED: &str = "learned";
    /// A person has seen to it.
    pub const SEEN_TO: &str = "seen_to";
    /// The time in which the saga may begin has come, and holds it.
    pub const OPEN: &str = "open";
    /// The homes of the pair are swapped.
    pub const SWAPPED: &str = "swapped";
    /// A side is ready to stand by: it answers, nothing is on there, and what work needs is there.
    pub const READY: &str = "ready";
}

/// Kinds of steps that are no resource of a workspace.
pub mod own {
    /// What Switchback publishes about the pair.
    pub const PUBLICATION: &str = "publication";
    /// The workspace as a whole.
    pub const WORKSPACE: &str = "workspace";
    /// What the plan counts on in the target.
    pub const STANDBY: &str = "standby";
    /// The time in which a planned saga may begin.
    pub const WINDOW: &str = "window";
    /// What was learned of the saga (R43).
    pub const LESSONS: &str = "lessons";
}

/// What the team has decided about failovers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailoverPolicy {
    /// The leaving side is well: everything is verified stopped before anything starts.
    pub planned: bool,
    /// Jobs whose run was interrupted are run once on the target.
    pub run_interrupted_again: bool,
    /// A checkpoint older than this is a finding, and `status` and `check` say so.
    pub checkpoint_age: SignedDuration,
    /// The leaving side is fenced at once; the question is asked before anything is started.
    #[serde(default)]
    pub fence_first: bool,
}

/// A kind of resource that is fenced on the leaving side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FencedKind<'a> {
    /// Its name.
    pub name: &'a str,
    /// It is what work runs on, not the work itself: stopped after the work.
    pub compute: bool,
}

/// How recent the data of one dataset is on the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetSeen {
    /// `Dataset`, or `Recovery` for what the vendor's own recovery replicates.
    pub duty: Duty,
    /// The errand's name.
    pub name: String,
    /// The time of the last synced data, or why it cannot be told.
    pub synced_at: Result<Timestamp, String>,
    /// In seconds: what the team accepts.
    pub objective_s: i64,
}

impl DatasetSeen {
    /// In seconds: what would be lost of it if the leaving side was lost at that time; `None` if it cannot be told.
    pub fn loss_s(&self, lost_at: Timestamp) -> Option<i64> {
        self.synced_at.as_ref().ok().map(|synced| lost_at.duration_since(*synced).as_secs().max(0))
    }
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
    /// When the leaving side was lost, or is left: until then data may have been written there.
    pub lost_at: Timestamp,
    /// The target was left by an earlier saga, so it may be cut off.
    pub target_was_left: bool,
    /// Where the two sides are.
    pub addresses: &'a [Address],
    /// What the team has declared beside its workspaces.
    pub arrangements: &'a Arrangements,
    /// The kinds of errands there are.
    pub errand_kinds: &'a [ErrandInfo],
    /// How recent the data on the target is.
    pub datasets: &'a [DatasetSeen],
    /// What the saga is for.
    pub course: Course,
    /// When a planned saga may begin; `None`: at once.
    pub window: Option<Window>,
    /// An earlier approval covers it: the way back of a drill is approved with the drill.
    pub approved: bool,
    /// What is known of earlier sagas.
    pub past: &'a Past,
    /// What earlier sagas have taught and nobody has closed.
    pub lessons: &'a [OpenLesson],
}

impl Ask<'_> {
    /// A promotion of a side on which the work is already: nothing moves.
    pub(crate) fn is_in_place(&self) -> bool {
        self.course == Course::Promotion && self.active != self.leaving
    }
}

/// What a way back knows of the way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// What the leaving side had when it was a prepared standby; what it has beside was made there since (R42).
    pub prepared: Option<Checkpoint>,
    /// What the target had, and had active, before the work left it.
    pub recorded: Option<Checkpoint>,
    /// The work never came to the leaving side in full: what is recorded of the target counts, not
    /// what is active on the leaving side.
    pub midway: bool,
    /// Jobs on the leaving side that were run because their counterpart's run was interrupted, by id.
    pub already_run: BTreeSet<String>,
}

/// What an earlier saga has taught, while nobody has closed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLesson {
    /// Which saga.
    pub saga: SagaId,
    /// What.
    pub text: String,
    /// Who sees to it.
    pub owner: Option<String>,
    /// Until when.
    pub due: Option<jiff::civil::Date>,
}

/// What stands in a failover's `about`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Which side the work leaves.
    pub leaving: Side,
    /// Whether the leaving side was said to be well.
    pub planned: bool,
    /// Whether the leaving side is fenced before the question is answered.
    #[serde(default)]
    pub fence_first: bool,
    /// When the leaving side's inventory was taken.
    pub checkpoint_at: Timestamp,
    /// When the target's inventory was taken.
    pub target_listed_at: Timestamp,
    /// Where the two sides are.
    #[serde(default)]
    pub addresses: Vec<Address>,
    /// In seconds: the worst loss of a dataset, where all could be told.
    #[serde(default)]
    pub worst_loss: Option<Loss>,
    /// What the saga is for; absent in plans of before there was more than failovers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Course>,
    /// When it may begin, where that is not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// What would be lost of the dataset that is worst off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Its name.
    pub dataset: String,
    /// In seconds; `None` if it cannot be told.
    pub seconds: Option<i64>,
}
