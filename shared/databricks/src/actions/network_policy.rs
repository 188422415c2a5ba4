//! Sets a network policy of the account that cuts a whole workspace off (R21), while its own API may be dead.
//!
//! Settings: `workspace_ids` of `primary` and `standby`, and `cut_off_policy` and `usual_policy`, the ids of
//! two prepared policies. A workspace has exactly one policy, and `default-policy` if none was set. It
//! governs who comes in and what serverless compute reaches
//! [docs: workspacenetworkconfiguration; py-sdk: service/settings.py]. The cut-off policy must let Switchback
//! in. Otherwise Switchback can neither read that workspace nor fence it further.
//!
//! A workspace may have a policy that is neither of the two, because somebody else set it. To isolate the
//! side, it is replaced, as it must be, and the result says so. To readmit the side, it is left alone,
//! because it is not the cut-off policy.
//! Unverified: how long a change takes to be in force.

use async_trait::async_trait;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::following::after_effect;
use super::settings;
use super::settings::Sides;
use crate::call::Call;
use crate::endpoints_actions::{WORKSPACE_NETWORK_GET, WORKSPACE_NETWORK_SET};
use crate::kinds::Api;
use crate::kinds::facts::text;

const NAME: &str = "network_policy";
/// The policy of a workspace for which none was set.
const DEFAULT: &str = "default-policy";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    workspace_ids: Sides,
    cut_off_policy: String,
    usual_policy: String,
}

pub(super) struct NetworkPolicy;

#[async_trait]
impl ActionKind<ActionEnv> for NetworkPolicy {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Fence, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        read.workspace_ids.check(NAME, "workspace_ids")?;
        settings::filled(NAME, "cut_off_policy", &read.cut_off_policy)?;
        settings::filled(NAME, "usual_policy", &read.usual_policy)?;
        if read.cut_off_policy == read.usual_policy {
            return Err(format!("action {NAME}: cut_off_policy and usual_policy are the same: prepare two policies"));
        }
        Ok(())
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let cuts_off = attempt.isolates();
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let workspace = settings.workspace_ids.of(attempt.detail.side);
        let found = policy(api, &env.account, workspace).await?;
        let is_so = |policy: &str| (policy == settings.cut_off_policy) == cuts_off;
        if is_so(&found) {
            return Ok(format!("workspace {workspace} has network policy {found}"));
        }
        let wanted = if cuts_off { &settings.cut_off_policy } else { &settings.usual_policy };
        let body = json!({ "workspace_id": number(workspace)?, "network_policy_id": wanted });
        let call = Call::to(WORKSPACE_NETWORK_SET).at("account", &env.account).at("workspace", workspace).body(body);
        api.call(&call).await?;
        let now = policy(api, &env.account, workspace).await.map_err(after_effect)?;
        if is_so(&now) {
            return Ok(format!("workspace {workspace} has network policy {now}; it had {found}"));
        }
        let said = format!("workspace {workspace} was given network policy {wanted} and has {now}");
        Err(Fault::again(engine::codes::NOT_AS_WANTED, said))
    }
}

async fn policy(api: &Api<'_>, account: &str, workspace: &str) -> Result<String, Fault> {
    let call = Call::to(WORKSPACE_NETWORK_GET).at("account", account).at("workspace", workspace);
    let answer = api.call(&call).await?;
    Ok(match text(&answer, "network_policy_id") {
        "" => DEFAULT.to_owned(),
        found => found.to_owned(),
    })
}

/// The body names the workspace as a number [py-sdk: settings.WorkspaceNetworkOption].
fn number(workspace: &str) -> Result<u64, Fault> {
    workspace.parse().map_err(|_| {
        Fault::person_needed(ACTION_SETTINGS, format!("{workspace:?} is no workspace id: ids are whole numbers"))
    })
}
