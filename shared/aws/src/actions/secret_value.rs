//! Puts the workspace's address into a secret of Secrets Manager, or into one member of it.
//!
//! A new version is put under the step's own token. So an attempt after a lost answer puts nothing twice (S7). With
//! `member` the secret is a JSON object. Only the text of this member changes, and every other byte stays. A
//! replica is read-only [Secrets Manager: replicating secrets], so the secret in the standby's region must not be a
//! replica. Neither the old nor the new value is in a note or a fault (S23), and AWS's own words about it are not
//! repeated.
//!
//! If somebody puts another version after ours, the same token cannot put ours again
//! [Secrets Manager: API PutSecretValue, ClientRequestToken]. Then a person is needed.

use async_trait::async_trait;
use engine::codes::NOT_AS_WANTED;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, carry, change, in_region, in_words};
use super::env::ActionEnv;
use super::json_member;
use super::settings::{self, settled};
use crate::codes;

const KIND: &str = "secret_value";

/// The label of the one version that everybody reads [Secrets Manager: API GetSecretValue].
const CURRENT: &str = "AWSCURRENT";

pub(super) struct SecretValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Name or ARN of the secret.
    secret: String,
    /// Region of the secret. By default it is the region where this runs.
    region: Option<String>,
    /// Name of the member of the JSON object. By default the whole text is replaced.
    member: Option<String>,
    /// The value that the secret or its member must hold.
    value: String,
}

#[async_trait]
impl ActionKind<ActionEnv> for SecretValue {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Endpoint, reach: Reach::External, class: Class::Tokened }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        let member = read.member.as_deref().unwrap_or("the whole");
        settings::filled(KIND, &[("secret", &read.secret), ("member", member), ("value", &read.value)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let secret = format!("the secret {}{}", wanted.secret, in_words(wanted.region.as_deref()));
        let part = wanted.member.as_ref().map_or_else(String::new, |member| format!("member {member} of "));
        let told = format!("{part}{secret} points at the {}", attempt.detail.side);
        let found = look(env, attempt, &wanted, &secret).await?;
        let Some(next) = replaced(&found.text, &wanted, &secret)? else { return Ok(told) };
        put(env, attempt, &wanted, &secret, next).await?;
        let found = look(env, attempt, &wanted, &secret).await?;
        if replaced(&found.text, &wanted, &secret)?.is_none() {
            return Ok(told);
        }
        let said = format!(
            "{part}{secret} was written and reads otherwise; version {} is current: \
             if somebody else changes it, put the address there by hand",
            found.version
        );
        Err(Fault::again(NOT_AS_WANTED, said))
    }
}

/// The current version. It must not be printed.
struct Found {
    text: String,
    version: String,
}

/// The text that the secret must get. `None` if it has it already.
fn replaced(text: &str, wanted: &Settings, secret: &str) -> Result<Option<String>, Fault> {
    let unsuitable = |what: String| Fault::person_needed(codes::ENDPOINT_UNSUITABLE, what);
    let Some(member) = &wanted.member else {
        return Ok((text != wanted.value).then(|| wanted.value.clone()));
    };
    match serde_json::from_str::<Value>(text).as_ref().map(|value| value.as_object().map(|it| it.get(member))) {
        Ok(Some(Some(Value::String(found)))) if *found == wanted.value => Ok(None),
        Ok(Some(Some(Value::String(_)))) => Ok(Some(json_member::replaced(text, member, &wanted.value))),
        Ok(Some(Some(_))) => Err(unsuitable(format!("member {member} of {secret} is no text: make it one by hand"))),
        Ok(Some(None)) => {
            Err(unsuitable(format!("{secret} has no member {member}: add it, or correct the setting member")))
        }
        Ok(None) | Err(_) => {
            Err(unsuitable(format!("{secret} is no JSON object: leave out the setting member, or make it one")))
        }
    }
}

async fn look(env: &ActionEnv, attempt: &Attempt<'_>, wanted: &Settings, secret: &str) -> Result<Found, Fault> {
    let call = call(secret, "reading", "secretsmanager:GetSecretValue", Access::Read);
    let request = env.clients.secrets.get_secret_value().secret_id(&wanted.secret).version_stage(CURRENT);
    let found =
        carry(&call, attempt.admission, in_region!(aws_sdk_secretsmanager, request, wanted.region.as_deref())).await?;
    let version = found.version_id().unwrap_or("unknown").to_owned();
    match found.secret_string() {
        Some(text) => Ok(Found { text: text.to_owned(), version }),
        None => {
            let said = format!("{secret} is binary: put the address in a secret that is text");
            Err(Fault::person_needed(codes::ENDPOINT_UNSUITABLE, said))
        }
    }
}

async fn put(
    env: &ActionEnv,
    attempt: &Attempt<'_>,
    wanted: &Settings,
    secret: &str,
    text: String,
) -> Result<(), Fault> {
    let call = call(secret, "writing", "secretsmanager:PutSecretValue", Access::Write);
    let request = env.clients.secrets.put_secret_value().secret_id(&wanted.secret).secret_string(text);
    let request = request.client_request_token(attempt.context.token);
    // The text is not announced: it may hold more than the member that is replaced.
    let sent = || json!({ "SecretId": wanted.secret, "ClientRequestToken": attempt.context.token });
    let send = in_region!(aws_sdk_secretsmanager, request, wanted.region.as_deref());
    let put = change(&call, attempt.admission, &sent, send).await;
    match put {
        Ok(_) => Ok(()),
        // The token has put other content before.
        Err(failure) if failure.code == "ResourceExistsException" => {
            let said = format!(
                "{secret} was written by this step and then changed by somebody else: put the address there by hand, \
                 and see who changes it"
            );
            Err(Fault::person_needed(codes::ENDPOINT_UNSUITABLE, said))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn call(secret: &str, verb: &str, action: &'static str, nature: Access) -> Call {
    Call {
        family: "aws.secrets",
        nature,
        doing: format!("{verb} {secret}"),
        action,
        about: secret.to_owned(),
        if_missing: "create it with the primary's address, or correct the settings",
        secret: true,
    }
}
