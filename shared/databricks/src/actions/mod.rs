//! The actions that use Databricks: one file each, in two lists.
//!
//! Law: a try reads first. If the wanted state is there, the try is done and makes no call that could change
//! anything. Otherwise it makes the call and reads again (S5). Nothing is created, and nothing is taken away
//! for good (S24). A missing API is no success: the team declared the action, so a person must know. A new
//! action is one file and one line in its list.
//! Must not know: sagas, limits, the plan of a step.

mod action_kind;
mod api_call;
pub(crate) mod canary_job;
mod failover_group;
mod following;
mod given;
mod ground;
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

use std::sync::LazyLock;

pub use action_kind::ActionKind;
pub use given::Given;
pub use ground::Ground;

use engine::ports::{ActionContext, ActionInfo};
use failover::action::Detail;
use jiff::Timestamp;
use saga::{Fault, Reaction, Step};
use serde::Deserialize;
use serde_json::Value;

use crate::codes;

/// The actions that use a workspace, the one of the step's place.
pub const ON_WORKSPACE: &[&dyn ActionKind] = &[
    &statement::Statement,
    &sql_source::SqlSource,
    &sign_in::SignIn,
    &api_call::ApiCall,
    &permissions::Permissions,
    &canary_job::CanaryJob,
    &ip_access_list::IpAccessList,
];

/// The actions that use the account, because either workspace may be dead.
pub const ON_ACCOUNT: &[&dyn ActionKind] = &[
    &network_policy::NetworkPolicy,
    &principal_assignment::PrincipalAssignment,
    &managed_recovery::ManagedRecovery,
    &stable_url::StableUrl,
];

/// The facts about every kind of action, those of workspaces first.
pub fn infos() -> &'static [ActionInfo] {
    static ALL: LazyLock<Vec<ActionInfo>> =
        LazyLock::new(|| ON_WORKSPACE.iter().chain(ON_ACCOUNT).map(|kind| kind.info()).collect());
    &ALL
}

/// Checks the settings of a kind; `None` if no kind of action has this name.
pub fn checked(name: &str, settings: &Value) -> Option<Result<(), String>> {
    let lists = [ON_WORKSPACE, ON_ACCOUNT];
    lists.into_iter().find_map(|list| known(list, name)).map(|kind| kind.check(settings))
}

fn known(list: &[&'static dyn ActionKind], name: &str) -> Option<&'static dyn ActionKind> {
    list.iter().copied().find(|kind| kind.info().name == name)
}

/// Checks the settings of an action of the list.
pub(crate) fn check(list: &[&'static dyn ActionKind], name: &str, settings: &Value) -> Result<(), String> {
    match known(list, name) {
        Some(kind) => kind.check(settings),
        None => {
            let names: Vec<&str> = list.iter().map(|kind| kind.info().name).collect();
            Err(format!("there is no action {name:?} here: use one of {}", names.join(", ")))
        }
    }
}

/// Tries an action of the list once.
pub(crate) async fn attempt(
    list: &[&'static dyn ActionKind],
    ground: &Ground<'_>,
    step: &Step,
    context: &ActionContext<'_>,
) -> Result<String, Fault> {
    let unknown = |said: String| Fault::person_needed(codes::UNKNOWN_WANT, said);
    let kind =
        known(list, &step.kind).ok_or_else(|| unknown(format!("this program knows no action {:?}", step.kind)))?;
    let detail = Detail::deserialize(&step.detail).map_err(|e| {
        unknown(format!("action {} {:?} came with a detail that cannot be read: {e}", step.kind, step.name))
    })?;
    kind.attempt(ground, &Given { step, detail, context }).await.map_err(never_unsupported)
}

/// The time up to which data has come, for an action of the list.
pub(crate) async fn synced_at(
    list: &[&'static dyn ActionKind],
    ground: &Ground<'_>,
    name: &str,
    settings: &Value,
) -> Result<Timestamp, Fault> {
    let unknown = || Fault::person_needed(codes::UNKNOWN_WANT, format!("this program knows no action {name:?}"));
    known(list, name).ok_or_else(unknown)?.synced_at(ground, settings).await.map_err(never_unsupported)
}

/// A fence that does not exist fences nothing. A validation that cannot be made proves nothing.
fn never_unsupported(fault: Fault) -> Fault {
    if fault.reaction == Reaction::UnsupportedHere {
        return Fault { reaction: Reaction::PersonNeeded, ..fault };
    }
    fault
}
