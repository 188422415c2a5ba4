//! Sends an event to Datadog's event stream: POST `/api/v1/events` on the site's API host, with the key in
//! `DD-API-KEY` [docs: docs.datadoghq.com/api/latest/events/post-an-event].
//!
//! Quirks: up to 4,000 characters of a text count, and up to 100 of an aggregation key. Events with one key
//! are shown together, so an event that was sent twice is seen once. Nothing is read back: the step is done
//! when Datadog has accepted the event.
//! Unverified: how long a title may be. One line is sent as it is.

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
use url::{Host, Url};

use super::env::ActionEnv;
use super::exchange::{Words, exchange};
use super::place::{Place, SecretText, exposed};
use super::settings::read;
use super::webhook_message;
use crate::codes;
use crate::web::Asked;

/// At most this many characters of a text count.
const TEXT: usize = 4_000;
/// An aggregation key may have at most this many characters.
const KEY: usize = 100;

const NAME: &str = "datadog_event";

pub(super) struct DatadogEvent;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The site, e.g. `datadoghq.eu`.
    #[serde(default = "usual_site")]
    site: String,
    api_key: Place,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    alert_type: AlertType,
    #[serde(default, rename = "moving")]
    _moving: Option<webhook_message::Words>,
    #[serde(default, rename = "moved")]
    _moved: Option<webhook_message::Words>,
    #[serde(default, rename = "switched_on")]
    _switched_on: Option<webhook_message::Words>,
}

/// How serious the event is.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AlertType {
    Error,
    #[default]
    Warning,
    Info,
    Success,
}

impl AlertType {
    fn as_str(self) -> &'static str {
        match self {
            AlertType::Error => "error",
            AlertType::Warning => "warning",
            AlertType::Info => "info",
            AlertType::Success => "success",
        }
    }
}

fn usual_site() -> String {
    "datadoghq.com".to_owned()
}

/// The address for the events of a site. A site is a host, and nothing else.
fn address(site: &str) -> Result<Url, String> {
    let wrong = || "site is no Datadog site: write it as datadoghq.com, datadoghq.eu or us5.datadoghq.com".to_owned();
    let is_host = !site.is_empty() && site.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let url = Url::parse(&format!("https://api.{site}/api/v1/events")).map_err(|_| wrong())?;
    match url.host() {
        Some(Host::Domain(host)) if is_host && site.contains('.') && host == format!("api.{site}") => Ok(url),
        Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_)) | None => Err(wrong()),
    }
}

#[async_trait]
impl ActionKind<ActionEnv> for DatadogEvent {
    fn info(&self) -> ActionInfo {
        let (purpose, reach) = (Purpose::Channel, Reach::External);
        ActionInfo { name: NAME, purpose, reach, class: Class::Tokened }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings).map_err(|e| match settings.get("api_key") {
            Some(Value::String(_)) => exposed("api_key"),
            Some(_) | None => e,
        })?;
        address(&settings.site).map(drop)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        let message = webhook_message::message(attempt)?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("dd-api-key", SecretText::Place(settings.api_key).header(&*env.secrets)?);
        let body = json!({
            "title": message.subject,
            "text": cut(&message.text, TEXT),
            "tags": settings.tags,
            "alert_type": settings.alert_type.as_str(),
            "aggregation_key": cut(attempt.context.token, KEY),
        });
        let asked = Asked {
            url: address(&settings.site).map_err(unreadable)?,
            method: Method::POST,
            headers,
            body: Bytes::from(body.to_string()),
        };
        let words = Words {
            family: NAME,
            what: format!("Datadog {:?}", attempt.step.name),
            to: asked.url.to_string(),
            refused: codes::CHANNEL_REFUSED,
            silent: codes::CHANNEL_SILENT,
        };
        exchange(env, attempt, Access::Write, asked, &words).await?;
        Ok(format!("Datadog has accepted {:?}", message.subject))
    }
}

/// The part of a text that counts, in whole characters.
pub(super) fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}
