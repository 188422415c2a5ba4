//! Puts the workspace's address into a parameter of the Systems Manager parameter store.
//!
//! A parameter is in one region and has no copy elsewhere. A tool that must find the new side while a region is
//! lost reads it in the region that survives. The parameter keeps its type. Secure strings are refused: this code
//! would have to decrypt one to judge it, and its value would be in the plan. The kind `secret_value` is made for
//! them. [SSM: API GetParameter, PutParameter]
//!
//! Unverified: whether an advanced parameter is written in an account whose default tier is standard. The request
//! does not name the tier, because reading it takes another permission. A refusal gives AWS's reason.

use async_trait::async_trait;
use aws_sdk_ssm::types::ParameterType;
use engine::codes::NOT_AS_WANTED;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, carry, change, in_region, in_words};
use super::env::ActionEnv;
use super::settings::{self, settled};
use crate::codes;

const KIND: &str = "ssm_parameter";

pub(super) struct SsmParameter;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Name of the parameter, with the whole path.
    parameter: String,
    /// Region of the parameter. By default it is the region where this runs.
    region: Option<String>,
    /// The value that the parameter must hold.
    value: String,
}

#[async_trait]
impl ActionKind<ActionEnv> for SsmParameter {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Endpoint, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("parameter", &read.parameter), ("value", &read.value)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let about = format!("the parameter {}{}", wanted.parameter, in_words(wanted.region.as_deref()));
        let told = format!("{about} points at the {}", attempt.detail.side);
        let (kind, value) = look(env, attempt, &wanted, &about).await?;
        if value == wanted.value {
            return Ok(told);
        }
        put(env, attempt, &wanted, &about, kind).await?;
        let (_, value) = look(env, attempt, &wanted, &about).await?;
        if value == wanted.value {
            return Ok(told);
        }
        Err(Fault::again(NOT_AS_WANTED, format!("{about} was written and reads otherwise")))
    }
}

async fn look(
    env: &ActionEnv,
    attempt: &Attempt<'_>,
    wanted: &Settings,
    about: &str,
) -> Result<(ParameterType, String), Fault> {
    let call = call(about, "reading", "ssm:GetParameter", Access::Read);
    let request = env.clients.ssm.get_parameter().name(&wanted.parameter);
    let found = carry(&call, attempt.admission, in_region!(aws_sdk_ssm, request, wanted.region.as_deref())).await?;
    let parameter = found.parameter();
    let kind = parameter.and_then(|it| it.r#type()).cloned().unwrap_or(ParameterType::String);
    if kind == ParameterType::SecureString {
        let said = format!("{about} is a secure string: keep it in Secrets Manager and use secret_value");
        return Err(Fault::person_needed(codes::ENDPOINT_UNSUITABLE, said));
    }
    Ok((kind, parameter.and_then(|it| it.value()).unwrap_or_default().to_owned()))
}

async fn put(
    env: &ActionEnv,
    attempt: &Attempt<'_>,
    wanted: &Settings,
    about: &str,
    kind: ParameterType,
) -> Result<(), Fault> {
    let call = call(about, "writing", "ssm:PutParameter", Access::Write);
    let request = env.clients.ssm.put_parameter();
    let sent = || {
        let kind = kind.as_str();
        json!({ "Name": wanted.parameter, "Value": wanted.value, "Type": kind, "Overwrite": true })
    };
    let request = request.name(&wanted.parameter).value(&wanted.value).r#type(kind.clone()).overwrite(true);
    change(&call, attempt.admission, &sent, in_region!(aws_sdk_ssm, request, wanted.region.as_deref())).await?;
    Ok(())
}

fn call(about: &str, verb: &str, action: &'static str, nature: Access) -> Call {
    Call {
        family: "aws.ssm",
        nature,
        doing: format!("{verb} {about}"),
        action,
        about: about.to_owned(),
        if_missing: "create it as a String that holds the primary's address, or correct the settings",
        secret: false,
    }
}
