//! Sends a message to a chat channel by an incoming webhook like Slack's: a POST of `{"text": …}`
//! [docs: api.slack.com/messaging/webhooks]. Mattermost, Rocket.Chat and others take the same.
//!
//! The address is its secret, so it is always read from the place of a secret. Nothing can be read back: the
//! step is done when the channel has accepted the message. The message may arrive twice.

use async_trait::async_trait;
use bytes::Bytes;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::exchange::{Words, exchange};
use super::place::{Place, SecretText, exposed};
use super::settings::read;
use super::webhook_message;
use crate::codes;
use crate::web::Asked;

const NAME: &str = "slack_message";

pub(super) struct SlackMessage;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    url: Place,
    #[serde(default, rename = "moving")]
    _moving: Option<webhook_message::Words>,
    #[serde(default, rename = "moved")]
    _moved: Option<webhook_message::Words>,
    #[serde(default, rename = "switched_on")]
    _switched_on: Option<webhook_message::Words>,
}

#[async_trait]
impl ActionKind<ActionEnv> for SlackMessage {
    fn info(&self) -> ActionInfo {
        let (purpose, reach) = (Purpose::Channel, Reach::External);
        ActionInfo { name: NAME, purpose, reach, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        read::<Settings>(NAME, settings).map(drop).map_err(|e| match settings.get("url") {
            Some(Value::String(_)) => exposed("url"),
            Some(_) | None => e,
        })
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        let message = webhook_message::message(attempt)?;
        let text = format!("*{}*\n{}", escaped(&message.subject), escaped(&message.text));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let to = settings.url.shown();
        let asked = Asked {
            url: SecretText::Place(settings.url).url(&*env.secrets)?,
            method: Method::POST,
            headers,
            body: Bytes::from(json!({ "text": text }).to_string()),
        };
        let words = Words {
            family: NAME,
            what: format!("channel {:?}", attempt.step.name),
            to,
            refused: codes::CHANNEL_REFUSED,
            silent: codes::CHANNEL_SILENT,
        };
        exchange(env, attempt, Access::Write, asked, &words).await?;
        Ok(format!("the channel has accepted {:?}", message.subject))
    }
}

/// Escapes three characters that have a special meaning [docs: api.slack.com/reference/surfaces/formatting].
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
