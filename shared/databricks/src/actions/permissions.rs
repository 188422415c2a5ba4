//! Checks the access that people need on the target to work there (R31).
//!
//! Settings: `objects`, each with `type` (the name in the permissions API, e.g. `jobs`), `id` or `name`,
//! `principal` and `level` (e.g. `CAN_MANAGE_RUN`). The principal is a user's name, a group's name or a
//! service principal's application id. It must hold the access itself: the members of a group are not
//! followed. CAN_MANAGE and IS_OWNER include every other level [docs: security/auth/access-control].
//! Everything that is missing is reported at once. Nothing is granted: access is deployed, not guessed.
//! Sources: [docs: permissions/get; py-sdk: service/iam.py].

use std::collections::BTreeMap;

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt, Observed, ReadPurpose};
use failover::action::{Purpose, Reach};
use saga::bounds::few_of;
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::settings;
use super::settings::Id;
use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::PERMISSIONS_GET;
use crate::kinds::Api;
use crate::kinds::facts::{items, text};
use crate::kinds::kind;

const NAME: &str = "permissions";
/// At most this many missing items are named.
const TOLD: usize = 5;
/// The types whose objects are found by name, and the kind that lists them.
const NAMED: &[(&str, &str)] = &[
    ("jobs", "job"),
    ("clusters", "cluster"),
    ("instance-pools", "instance_pool"),
    ("warehouses", "sql_warehouse"),
    ("pipelines", "pipeline"),
    ("apps", "app"),
    ("alertsv2", "alert"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    objects: Vec<Access>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    r#type: String,
    id: Option<Id>,
    name: Option<String>,
    principal: String,
    level: String,
}

pub(super) struct Permissions;

#[async_trait]
impl ActionKind<ActionEnv> for Permissions {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Validation, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        if read.objects.is_empty() {
            return Err(format!("action {NAME}: objects is empty: name the access that must be there"));
        }
        read.objects.iter().try_for_each(Access::check)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let mut listed = BTreeMap::new();
        let mut missing: Vec<String> = Vec::new();
        for access in &settings.objects {
            missing.extend(access.missing(api, &mut listed).await?);
        }
        if missing.is_empty() {
            return Ok(format!("all access is there: {} checked", settings.objects.len()));
        }
        let message = format!("access is missing: {}", few_of(missing, TOLD, "; "));
        Err(Fault::person_needed(codes::ACCESS_MISSING, message))
    }
}

impl Access {
    fn check(&self) -> Result<(), String> {
        for (name, text) in [("type", &self.r#type), ("principal", &self.principal), ("level", &self.level)] {
            settings::filled(NAME, name, text)?;
        }
        match (&self.id, &self.name) {
            (Some(_), None) => Ok(()),
            (None, Some(name)) if self.lister().is_some() => settings::filled(NAME, "name", name),
            (None, Some(_)) => {
                Err(format!("action {NAME}: objects of type {:?} are not found by name: give the id", self.r#type))
            }
            (Some(_), Some(_)) | (None, None) => {
                Err(format!("action {NAME}: an object needs either an id or a name: give one of them"))
            }
        }
    }

    fn lister(&self) -> Option<&'static str> {
        NAMED.iter().find(|(of, _)| *of == self.r#type).map(|(_, kind)| *kind)
    }

    /// Describes the missing access in a few words; `None` if nothing is missing.
    async fn missing(
        &self,
        api: &Api<'_>,
        listed: &mut BTreeMap<&'static str, Vec<Observed>>,
    ) -> Result<Option<String>, Fault> {
        let shown = format!(
            "{} {:?}",
            self.r#type,
            self.id.as_ref().map_or_else(|| self.name.as_deref().unwrap_or_default(), |id| &id.0)
        );
        let found = match (&self.id, self.lister()) {
            (Some(id), _) => Some(id.0.clone()),
            (None, Some(lister)) => self.by_name(api, lister, listed).await?,
            (None, None) => None,
        };
        let Some(id) = found else { return Ok(Some(format!("{shown} does not exist here"))) };
        let call = Call::to(PERMISSIONS_GET).at("type", &self.r#type).of(&id);
        let answer = match api.call(&call).await {
            Ok(answer) => answer,
            Err(fault) if fault.code == codes::NOT_FOUND => return Ok(Some(format!("{shown} does not exist here"))),
            Err(fault) => return Err(fault),
        };
        Ok((!self.is_held(&answer)).then(|| format!("{} has no {} on {shown}", self.principal, self.level)))
    }

    /// The id of the object with this name.
    async fn by_name(
        &self,
        api: &Api<'_>,
        lister: &'static str,
        listed: &mut BTreeMap<&'static str, Vec<Observed>>,
    ) -> Result<Option<String>, Fault> {
        if !listed.contains_key(lister) {
            let all = match kind(lister) {
                Some(kind) => kind.list(api, ReadPurpose::Start).await?,
                None => Vec::new(),
            };
            listed.insert(lister, all);
        }
        let wanted = self.name.as_deref().unwrap_or_default();
        let mut found = listed.get(lister).into_iter().flatten().filter(|seen| seen.name == wanted);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(one), None) => Ok(Some(one.id.clone())),
            (Some(_), Some(_)) => {
                let said = format!("several {} are named {wanted:?}: name the id of one", self.r#type);
                Err(Fault::person_needed(engine::codes::AMBIGUOUS_MATCH, said))
            }
        }
    }

    fn is_held(&self, answer: &Value) -> bool {
        let names = ["user_name", "group_name", "service_principal_name"];
        let ours = items(answer, "access_control_list")
            .iter()
            .filter(|entry| names.iter().any(|name| text(entry, name) == self.principal));
        let mut levels =
            ours.flat_map(|entry| items(entry, "all_permissions")).map(|held| text(held, "permission_level"));
        levels.any(|held| held == self.level || (self.level != "IS_OWNER" && matches!(held, "CAN_MANAGE" | "IS_OWNER")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_higher_level_includes_a_lower_one_and_a_group_is_not_its_members() {
        let answer = json!({ "access_control_list": [
            { "group_name": "admins", "all_permissions": [{ "permission_level": "CAN_MANAGE", "inherited": true }] },
            { "user_name": "a@x", "all_permissions": [{ "permission_level": "CAN_VIEW" }] },
        ] });
        let held = |principal: &str, level: &str| {
            let access = json!({ "type": "jobs", "id": 1, "principal": principal, "level": level });
            settings::read::<Access>(NAME, &access).unwrap().is_held(&answer)
        };
        assert!(held("admins", "CAN_MANAGE_RUN") && held("a@x", "CAN_VIEW"));
        assert!(!held("a@x", "CAN_MANAGE_RUN") && !held("b@x", "CAN_VIEW") && !held("admins", "IS_OWNER"));
    }
}
