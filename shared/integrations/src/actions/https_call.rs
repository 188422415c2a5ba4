//! Points a tool at the new side by a call to its HTTPS API, and reads it back by another.
//!
//! `call` changes the tool. `read` shows where it points: a JSON document in which the member at `pointer`
//! [RFC 6901] must equal `equals`. A state that cannot be read back cannot be verified, so `read` is
//! required. The call carries the step's token as `Idempotency-Key`, the same in every try (S7).

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use http::Method;
use saga::{Class, Fault, Reaction};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::exchange::{Words, exchange, patience};
use super::place::{SecretText, check_headers};
use super::settings::read;
use super::webhook_message::headers;
use crate::codes;
use crate::web::{Asked, Got};

const NAME: &str = "https_call";

pub(super) struct HttpsCall;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    call: Calling,
    read: Reading,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Calling {
    url: SecretText,
    #[serde(default)]
    method: Verb,
    #[serde(default)]
    headers: BTreeMap<String, SecretText>,
    #[serde(default)]
    body: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    url: SecretText,
    #[serde(default)]
    headers: BTreeMap<String, SecretText>,
    pointer: String,
    equals: Value,
}

/// No verb takes something away (S24).
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    #[default]
    Post,
    Put,
    Patch,
}

#[async_trait]
impl ActionKind<ActionEnv> for HttpsCall {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Endpoint, reach: Reach::External, class: Class::Tokened }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings)?;
        check_headers(settings.call.headers.iter().chain(&settings.read.headers))?;
        let pointer = &settings.read.pointer;
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(format!("pointer {pointer:?} must be empty or begin with \"/\", e.g. \"/workspace/host\""));
        }
        settings.call.url.check_address()?;
        settings.read.url.check_address()
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        self.bring(&settings, env, attempt).await.map_err(|fault| patience(attempt, fault))
    }
}

impl HttpsCall {
    async fn bring(&self, settings: &Settings, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        if is_so(settings, env, attempt).await? {
            return Ok("it points there".to_owned());
        }
        let method = match settings.call.method {
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Patch => Method::PATCH,
        };
        let body = &settings.call.body;
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let url = settings.call.url.url(&*env.secrets)?;
        let asked = Asked { url, method, headers: headers(&settings.call.headers, env, attempt)?, body };
        match exchange(env, attempt, Access::Write, asked, &words(attempt, &settings.call.url)).await {
            Ok(_) => {}
            // The call may have arrived. The read that follows shows it (S6).
            Err(fault) if fault.reaction == Reaction::VerifyFirst => {}
            Err(fault) => return Err(fault),
        }
        if is_so(settings, env, attempt).await? {
            Ok("it was called, and points there".to_owned())
        } else {
            let message = format!("endpoint {:?} was called and does not read back as wanted", attempt.step.name);
            Err(Fault::again(codes::CALL_NOT_SEEN, message))
        }
    }
}

async fn is_so(settings: &Settings, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<bool, Fault> {
    let url = settings.read.url.url(&*env.secrets)?;
    let headers = headers(&settings.read.headers, env, attempt)?;
    let asked = Asked { url, method: Method::GET, headers, body: Bytes::new() };
    let Got { body, .. } = exchange(env, attempt, Access::Read, asked, &words(attempt, &settings.read.url)).await?;
    let read: Value = serde_json::from_slice(&body).map_err(|_| {
        let message = format!("endpoint {:?} does not read back as JSON: correct read.url", attempt.step.name);
        Fault::person_needed(codes::CALL_REFUSED, message)
    })?;
    Ok(read.pointer(&settings.read.pointer) == Some(&settings.read.equals))
}

fn words(attempt: &Attempt<'_>, to: &SecretText) -> Words {
    Words {
        family: NAME,
        what: format!("endpoint {:?}", attempt.step.name),
        to: to.shown(),
        refused: codes::CALL_REFUSED,
        silent: codes::CALL_SILENT,
    }
}
