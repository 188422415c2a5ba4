//! Checks that the vendor's stable URL leads to the side that works (R30).
//!
//! Settings: `stable_url`, its id in the account, and `workspace_ids` of `primary` and `standby`. While the
//! URL is attached to a failover group, it moves with the group. Nothing else can move it: no call changes
//! where it leads [py-sdk: service/disasterrecovery.py StableUrl]. So this action only reads, and waits while
//! the group fails over. If the URL will not move by itself, a person is needed.
//! Unverified: how soon after the group it leads to the new side. It is waited for.

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use jiff::SignedDuration;
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::failover_group::{FailoverGroup, absent};
use super::following::still_changing;
use super::settings;
use super::settings::Sides;
use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::STABLE_URL_GET;
use crate::kinds::facts::{id, text};

const NAME: &str = "stable_url";
/// The URL is waited for this long after the last change of its group.
const FOLLOWS: SignedDuration = SignedDuration::from_mins(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    stable_url: String,
    workspace_ids: Sides,
}

pub(super) struct StableUrl;

#[async_trait]
impl ActionKind<ActionEnv> for StableUrl {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Endpoint, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        settings::filled(NAME, "stable_url", &read.stable_url)?;
        read.workspace_ids.check(NAME, "workspace_ids")
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let named = &settings.stable_url;
        let wanted = settings.workspace_ids.of(attempt.detail.side);
        let call = Call::to(STABLE_URL_GET).at("account", &env.account).of(named);
        let found = api.call(&call).await.map_err(|fault| absent(fault, &env.account, "stable URL", named))?;
        let leads_to = id(&found, "effective_workspace_id").unwrap_or_default();
        if leads_to == wanted {
            return Ok(format!("{} leads to workspace {wanted}", text(&found, "url")));
        }
        let elsewhere = format!("stable URL {named:?} leads to workspace {leads_to} and not to {wanted}");
        let Some(group) = text(&found, "failover_group_name").rsplit('/').next().filter(|group| !group.is_empty())
        else {
            let said = format!(
                "{elsewhere}, and is attached to no failover group, so nothing moves it: attach it, or give its users the other address"
            );
            return Err(Fault::person_needed(codes::STABLE_URL_ELSEWHERE, said));
        };
        let state = FailoverGroup::get(api, &env.account, group).await?;
        let since = state.updated_at.map(|at| attempt.context.now.duration_since(at));
        if state.state == "FAILING_OVER" || since.is_some_and(|since| since < FOLLOWS) {
            return Err(still_changing(format!("{elsewhere} yet; its failover group {group:?} is {}", state.state)));
        }
        let said = format!(
            "{elsewhere}; it moves with failover group {group:?}, which is {} with its primary in {}: fail that over",
            state.state, state.primary_region
        );
        Err(Fault::person_needed(codes::STABLE_URL_ELSEWHERE, said))
    }
}
