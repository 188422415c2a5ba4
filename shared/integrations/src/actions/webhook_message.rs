//! Sends a message to any HTTPS webhook: a POST of one JSON object with `subject`, `text` and `id`.
//!
//! `id` is the same in every try. It is also sent as `Idempotency-Key`, so a receiver recognizes a message
//! that comes twice. Nothing can be read back: the step is done when the receiver has accepted the message.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt, Message};
use failover::action::{Purpose, Reach};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::exchange::{Words as Saying, exchange};
use super::place::{SecretText, check_headers, header_name};
use super::settings::read;
use crate::codes;
use crate::web::Asked;

const NAME: &str = "webhook_message";

pub(super) struct WebhookMessage;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    url: SecretText,
    #[serde(default)]
    headers: BTreeMap<String, SecretText>,
    #[serde(default, rename = "moving")]
    _moving: Option<Words>,
    #[serde(default, rename = "moved")]
    _moved: Option<Words>,
    #[serde(default, rename = "switched_on")]
    _switched_on: Option<Words>,
}

/// A channel's own words. The plan takes them from the settings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(default, rename = "subject")]
    _subject: Option<String>,
    #[serde(default, rename = "text")]
    _text: Option<String>,
}

#[async_trait]
impl ActionKind<ActionEnv> for WebhookMessage {
    fn info(&self) -> ActionInfo {
        let (purpose, reach) = (Purpose::Channel, Reach::External);
        ActionInfo { name: NAME, purpose, reach, class: Class::Tokened }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings)?;
        check_headers(&settings.headers)?;
        settings.url.check_address()
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        let message = message(attempt)?;
        let headers = headers(&settings.headers, env, attempt)?;
        let body = json!({ "id": attempt.context.token, "subject": message.subject, "text": message.text });
        let url = settings.url.url(&*env.secrets)?;
        let asked = Asked { url, method: Method::POST, headers, body: Bytes::from(body.to_string()) };
        let saying = Saying {
            family: NAME,
            what: format!("webhook {:?}", attempt.step.name),
            to: settings.url.shown(),
            refused: codes::CHANNEL_REFUSED,
            silent: codes::CHANNEL_SILENT,
        };
        exchange(env, attempt, Access::Write, asked, &saying).await?;
        Ok(format!("the webhook has accepted {:?}", message.subject))
    }
}

/// The message that the channel is to send.
pub(super) fn message<'a>(attempt: &Attempt<'a>) -> Result<&'a Message, Fault> {
    let missing = || Fault::person_needed(ACTION_SETTINGS, "the plan gives this channel no words");
    attempt.context.message.ok_or_else(missing)
}

/// The headers of a JSON request. They let a receiver recognize a repeated request.
pub(super) fn headers(
    extra: &BTreeMap<String, SecretText>,
    env: &ActionEnv,
    attempt: &Attempt<'_>,
) -> Result<HeaderMap, Fault> {
    let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let token = HeaderValue::from_str(attempt.context.token).map_err(|e| unreadable(e.to_string()))?;
    // [IETF draft-ietf-httpapi-idempotency-key-header].
    headers.insert("idempotency-key", token);
    for (name, value) in extra {
        headers.insert(header_name(name).map_err(unreadable)?, value.header(&*env.secrets)?);
    }
    Ok(headers)
}
