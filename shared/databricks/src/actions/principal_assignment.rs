//! Takes the work's service principal out of the leaving workspace (R21), while that workspace's own API may
//! be dead.
//!
//! Settings: `workspace_ids` of `primary` and `standby`, `principal_id`, which is its number in the account,
//! and perhaps `permissions`, its usual permissions there (`["USER"]` by default).
//!
//! An empty list takes the principal out of that one workspace and leaves it everywhere else. The same call
//! with a list lets it in again [py-sdk: service/iam.py WorkspaceAssignmentAPI.update]. So no request is
//! needed that could take away anything else (S24). Everything that runs as that principal then fails. A
//! group may also assign the principal, which is not visible here: assign the principal by itself.
//! Unverified: how fast running work stops; whether a principal that is not in the listing has no assignment.
//! It is read in this way, because the listing has no pages.

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::following::after_effect;
use super::settings;
use super::settings::{Id, Sides};
use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::{ASSIGNMENTS_LIST, ASSIGNMENTS_SET};
use crate::kinds::Api;
use crate::kinds::facts::{id, items, text};

const NAME: &str = "principal_assignment";
/// The API ignores other values, and would then take everything away.
const KNOWN: &[&str] = &["USER", "ADMIN"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    workspace_ids: Sides,
    principal_id: Id,
    #[serde(default = "usual")]
    permissions: BTreeSet<String>,
}

fn usual() -> BTreeSet<String> {
    BTreeSet::from(["USER".to_owned()])
}

pub(super) struct PrincipalAssignment;

#[async_trait]
impl ActionKind<ActionEnv> for PrincipalAssignment {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Fence, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        read.workspace_ids.check(NAME, "workspace_ids")?;
        if read.principal_id.0.parse::<u64>().is_err() {
            return Err(format!(
                "action {NAME}: principal_id is no whole number: take the principal's id in the account, not its application id"
            ));
        }
        let is_known = |permission: &String| KNOWN.contains(&permission.as_str());
        if read.permissions.is_empty() || !read.permissions.iter().all(is_known) {
            return Err(format!("action {NAME}: permissions is not made of {}: use these words", KNOWN.join(" and ")));
        }
        Ok(())
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let cuts_off = attempt.isolates();
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let workspace = settings.workspace_ids.of(attempt.detail.side);
        let principal = &settings.principal_id.0;
        let wanted = if cuts_off { BTreeSet::new() } else { settings.permissions };
        let is_so = |held: &BTreeSet<String>| if cuts_off { held.is_empty() } else { has_its_place(held, &wanted) };
        let found = held(api, &env.account, workspace, principal).await?;
        if is_so(&found) {
            return Ok(told(principal, workspace, &found));
        }
        let call = Call::to(ASSIGNMENTS_SET).at("account", &env.account).at("workspace", workspace);
        api.call(&call.of(principal).body(json!({ "permissions": wanted }))).await?;
        let now = held(api, &env.account, workspace, principal).await.map_err(after_effect)?;
        if is_so(&now) {
            return Ok(told(principal, workspace, &now));
        }
        let said = format!("{}, though told otherwise", told(principal, workspace, &now));
        Err(Fault::again(engine::codes::NOT_AS_WANTED, said))
    }
}

/// ADMIN includes USER, and replaces it if both are given
/// [py-sdk: service/iam.py WorkspaceAssignmentAPI.update]. No permission is ever lowered.
fn has_its_place(held: &BTreeSet<String>, wanted: &BTreeSet<String>) -> bool {
    held.contains("ADMIN") || wanted.is_subset(held)
}

/// The permissions of the principal in the workspace; empty if it is not assigned.
async fn held(api: &Api<'_>, account: &str, workspace: &str, principal: &str) -> Result<BTreeSet<String>, Fault> {
    let call = Call::to(ASSIGNMENTS_LIST).at("account", account).at("workspace", workspace);
    let answer = api.call(&call).await?;
    let Some(all) = answer.get("permission_assignments").and_then(Value::as_array) else {
        // A workspace always has somebody, at least Switchback's own principal.
        return Err(Fault::again(
            codes::NOT_JSON,
            format!("the assignments of workspace {workspace} came without a list"),
        ));
    };
    let is_ours =
        |entry: &&Value| entry.get("principal").and_then(|of| id(of, "principal_id")).as_deref() == Some(principal);
    let Some(entry) = all.iter().find(is_ours) else { return Ok(BTreeSet::new()) };
    let application = entry.get("principal").map_or("", |of| text(of, "service_principal_name"));
    if !application.is_empty() && api.client_id() == Some(application) {
        let said = format!("principal {principal} is Switchback's own: name the principal that the work runs as");
        return Err(Fault::person_needed(codes::OWN_PRINCIPAL, said));
    }
    Ok(items(entry, "permissions").iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn told(principal: &str, workspace: &str, held: &BTreeSet<String>) -> String {
    if held.is_empty() {
        return format!("principal {principal} has no place in workspace {workspace}");
    }
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    format!("principal {principal} is {} in workspace {workspace}", held.join(" and "))
}
