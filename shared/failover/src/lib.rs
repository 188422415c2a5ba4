//! The rules of a failover of a pair of workspaces.
//!
//! Law: values in, values out, as in `saga`. It knows roles and promises. Must not know: any URL, SDK or call, nor
//! how anything is stored.
//!
//! | word | meaning here | not |
//! |---|---|---|
//! | pair | two workspaces that stand in for each other | cluster |
//! | primary, standby | the two roles in a pair | master/slave |
//! | leaving, target | the side that a saga moves work from, and the side that it moves work to | old/new |
//! | checkpoint | the recorded inventory of a side, with what was active | backup |
//! | fence | the measure that keeps the leaving side from processing data | |
//! | pursuit | fencing that is tried again until each resource is verified stopped | |
//! | action | a declared step that is no resource of a workspace | action |
//! | signal | one observation of health: source, side, reading, time | alert |
//! | verdict | the sum of the signals under the policy, with reasons | decision |
//! | drill | a saga, or a dry run, against the real pair | test |
//! | finding | one thing that would hurt a failover, with its remedy | warning |

pub mod action;
pub mod baseline;
pub mod checkpoint;
pub mod clocks;
pub mod drill;
pub mod evidence;
pub mod freshness;
pub mod matching;
pub mod operation;
pub mod pair;
pub mod plan;
mod resource_key;
pub mod signal;
pub mod story;
pub mod template;
pub mod text;
pub mod verdict;
pub mod work;

pub use checkpoint::{
    CHECKPOINT_VERSION, Checkpoint, CheckpointError, Missing, Resource, Start, StartStage, Startable, Trust,
};
pub use clocks::Clocks;
pub use freshness::Freshness;
pub use matching::{Counterpart, MapEntry, Matching};
pub use operation::{Operation, Window};
pub use pair::{PairName, Role, RoleAssignment, Side};
pub use plan::{Ask, DatasetSeen, FailoverPolicy, FencedKind, Past, PlanningError, move_plan, standby_drill_plan};
pub use resource_key::ResourceKey;
pub use work::Work;
