//! The actions that use Databricks: one file each, in two lists.
//!
//! Law: a try reads first. If the wanted state is there, the try is done and makes no call that could change
//! anything. Otherwise it makes the call and reads again (S5). Nothing is created, and nothing is taken away
//! for good (S24). A missing API is no success: the team declared the action, so a person must know. A new
//! action is one file and one line in its list.
//! Must not know: sagas, limits, the plan of a step.

mod api_call;
pub(crate) mod canary_job;
mod env;
mod failover_group;
mod following;
mod ip_access_list;
mod managed_recovery;
mod network_policy;
mod permissions;
mod principal_assignment;
pub(crate) mod settings;
mod sign_in;
mod sql_source;
mod stable_url;
pub(crate) mod statement;

use engine::ports::ActionRegistry;

pub use env::ActionEnv;

/// The actions that use a workspace, the one of the step's place.
pub static ON_WORKSPACE: ActionRegistry<ActionEnv> = ActionRegistry::new(&[
    &statement::Statement,
    &sql_source::SqlSource,
    &sign_in::SignIn,
    &api_call::ApiCall,
    &permissions::Permissions,
    &canary_job::CanaryJob,
    &ip_access_list::IpAccessList,
]);

/// The actions that use the account, because either workspace may be dead.
pub static ON_ACCOUNT: ActionRegistry<ActionEnv> = ActionRegistry::new(&[
    &network_policy::NetworkPolicy,
    &principal_assignment::PrincipalAssignment,
    &managed_recovery::ManagedRecovery,
    &stable_url::StableUrl,
]);
