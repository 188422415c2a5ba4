//! Signs in to the target, which must succeed, as the principal that the work runs as (R31).
//!
//! Settings: `client_id` and `client_secret`, the place of a secret such as `{ env = "WORK_SECRET" }`; both
//! or neither. With neither, it is the sign-in that Switchback itself has there. With both, each try requests
//! a new token, so that the token endpoint of the target is proven, too. Then the name of the principal is
//! read [docs: currentuser/me].

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt, SecretPlace};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::settings;
use crate::call::Call;
use crate::codes;
use crate::endpoints::ME;
use crate::kinds::facts::text;
use crate::login::Credentials;

const NAME: &str = "sign_in";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    client_id: Option<String>,
    client_secret: Option<SecretPlace>,
}

pub(super) struct SignIn;

#[async_trait]
impl ActionKind<ActionEnv> for SignIn {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Validation, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        match (&read.client_id, &read.client_secret) {
            (None, None) => Ok(()),
            (Some(client_id), Some(_)) => settings::filled(NAME, "client_id", client_id),
            (Some(_), None) => Err(format!("action {NAME}: client_secret is missing: name the place where it is kept")),
            (None, Some(_)) => Err(format!("action {NAME}: client_id is missing: add it, or take client_secret out")),
        }
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let me = match (settings.client_id, &settings.client_secret) {
            (Some(client_id), Some(place)) => {
                let secrets = env.secrets.as_deref().ok_or_else(|| {
                    Fault::person_needed(
                        engine::codes::UNKNOWN_STEP,
                        "this program opens no places of secrets: use another one",
                    )
                })?;
                let credentials = Credentials::Machine { client_id, client_secret: secrets.open(&place.setting())? };
                env.client.signing_in_as(credentials).call(&Call::to(ME), attempt.admission).await?
            }
            (_, _) => api.call(&Call::to(ME)).await?,
        };
        let name = text(&me, "userName");
        if me.get("active").and_then(Value::as_bool) == Some(false) {
            let said = format!("{name} is not active in this workspace: activate it there");
            return Err(Fault::person_needed(codes::NOT_SIGNED_IN, said));
        }
        Ok(format!("signed in as {}", if name.is_empty() { "an unnamed principal" } else { name }))
    }
}
