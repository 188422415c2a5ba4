//! Switches a prepared IP access list, which cuts a whole workspace off while it is on (R21).
//!
//! Settings: `list`, the label or the id of a list that each workspace has, switched off. It is switched on
//! on the leaving side, and off on the target. Nothing is created. The following must be prepared, and is
//! checked as far as it can be read:
//! - The feature is on in the workspace (`enableIpAccessLists`). Otherwise a list has no effect.
//! - An ALLOW list holds Switchback's own address and no other, and no other ALLOW list is on: a
//!   caller that any of them names is let in. If others are on, prepare a BLOCK list, which goes
//!   first, with everything but Switchback's own address.
//! - Switchback's own address is not kept out. The workspace refuses such a change, and a person
//!   must correct the list.
//!
//! The list keeps people, tools and, without back-end PrivateLink, new classic clusters out: their way to the
//! control plane must be allowed [docs: security/network/front-end/ip-access-list-workspace]. It stops
//! nothing that runs and no serverless compute, so it is used beside the other fences.
//! Quirk: it takes effect after some minutes, and no read shows when [py-sdk: settings.IpAccessListsAPI].

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::following::after_effect;
use super::settings;
use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::{ACCESS_LISTS_LIST, ACCESS_LISTS_UPDATE, CONFIGURATION_GET};
use crate::kinds::Api;
use crate::kinds::facts::{items, text};

const NAME: &str = "ip_access_list";
const FEATURE: &str = "enableIpAccessLists";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    list: String,
}

pub(super) struct IpAccessList;

#[async_trait]
impl ActionKind<ActionEnv> for IpAccessList {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Fence, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        settings::filled(NAME, "list", &read.list)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let on = attempt.isolates();
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        if on {
            has_effect(api).await?;
        }
        let (list, others) = find(api, &settings.list).await?;
        if on {
            is_enough(&list, &others)?;
        }
        if is_on(&list) == on {
            return Ok(told(&list));
        }
        let call = Call::to(ACCESS_LISTS_UPDATE).of(text(&list, "list_id")).body(json!({ "enabled": on }));
        api.call(&call).await.map_err(|fault| shut_out(fault, &settings.list))?;
        let (list, _) = find(api, &settings.list).await.map_err(after_effect)?;
        if is_on(&list) == on {
            return Ok(told(&list));
        }
        let said = format!("IP access list {:?} was told to be {} and is not", settings.list, word(on));
        Err(Fault::again(engine::codes::NOT_AS_WANTED, said))
    }
}

async fn has_effect(api: &Api<'_>) -> Result<(), Fault> {
    let answer = api.call(&Call::to(CONFIGURATION_GET).with("keys", FEATURE)).await?;
    if text(&answer, FEATURE) == "true" {
        return Ok(());
    }
    let said = format!("IP access lists have no effect in this workspace: set {FEATURE} to true there");
    Err(Fault::person_needed(codes::LIST_NOT_READY, said))
}

/// The named list, and all other lists.
async fn find(api: &Api<'_>, named: &str) -> Result<(Value, Vec<Value>), Fault> {
    let answer = api.call(&Call::to(ACCESS_LISTS_LIST)).await?;
    let listed = items(&answer, "ip_access_lists");
    let is_named = |list: &&Value| text(list, "list_id") == named || text(list, "label") == named;
    match listed.iter().filter(is_named).collect::<Vec<_>>().as_slice() {
        [one] => Ok(((*one).clone(), listed.iter().filter(|list| !is_named(list)).cloned().collect())),
        [] => {
            let said = format!("there is no IP access list {named:?} in this workspace: prepare it, switched off");
            Err(Fault::person_needed(codes::NOT_FOUND, said))
        }
        several => {
            let said = format!("{} IP access lists are labeled {named:?}: name the id of one", several.len());
            Err(Fault::person_needed(engine::codes::AMBIGUOUS_MATCH, said))
        }
    }
}

fn is_enough(list: &Value, others: &[Value]) -> Result<(), Fault> {
    let allows = |list: &&Value| text(list, "list_type") == "ALLOW";
    let open = others.iter().filter(allows).find(|other| is_on(other));
    match open {
        Some(open) if allows(&list) => {
            let said = format!(
                "IP access list {:?} cuts nobody off who is on list {:?}, which is on: prepare a BLOCK list instead",
                text(list, "label"),
                text(open, "label")
            );
            Err(Fault::person_needed(codes::LIST_NOT_READY, said))
        }
        Some(_) | None => Ok(()),
    }
}

/// The workspace refuses a list that would block its caller as a wrong state
/// [py-sdk: settings.IpAccessListsAPI].
fn shut_out(fault: Fault, named: &str) -> Fault {
    if fault.code != codes::INVALID_STATE {
        return fault;
    }
    let said =
        format!("IP access list {named:?} would keep Switchback itself out, so it was not changed: {}", fault.message);
    Fault::person_needed(codes::LIST_NOT_READY, said)
}

fn is_on(list: &Value) -> bool {
    list.get("enabled").and_then(Value::as_bool) == Some(true)
}

fn told(list: &Value) -> String {
    let label = text(list, "label");
    format!("IP access list {label:?} is {}; it takes some minutes to be in force", word(is_on(list)))
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
