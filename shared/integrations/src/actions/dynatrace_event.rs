//! Sends an event to Dynatrace: POST `/api/v2/events/ingest` on the environment, with a token of scope
//! `events.ingest` [docs: docs.dynatrace.com/docs/dynatrace-api/environment-api/events-v2/post-event].
//!
//! Quirks: a property's value may have 4,096 characters, and its key 100. Without an entity selector the
//! event belongs to the whole environment. An answer of 201 has a status for each event. An event with
//! another status than `OK` was not taken, so the answer is read. Nothing else is read back, and the event
//! may arrive twice.
//! Unverified: the words for events that were not taken. Every word but `OK` counts as refused.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use saga::{Class, Fault};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::datadog_event::cut;
use super::env::ActionEnv;
use super::exchange::{Words, exchange};
use super::place::{Place, address, exposed};
use super::settings::read;
use super::webhook_message;
use crate::codes;
use crate::web::{Asked, Got};

/// A property's value may have at most this many characters.
const VALUE: usize = 4_096;

const NAME: &str = "dynatrace_event";

pub(super) struct DynatraceEvent;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The environment's address, e.g. `https://abc12345.live.dynatrace.com`.
    environment: String,
    api_token: Place,
    #[serde(default)]
    event_type: EventType,
    entity_selector: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, String>,
    #[serde(default, rename = "moving")]
    _moving: Option<webhook_message::Words>,
    #[serde(default, rename = "moved")]
    _moved: Option<webhook_message::Words>,
    #[serde(default, rename = "switched_on")]
    _switched_on: Option<webhook_message::Words>,
}

/// The sort of event in Dynatrace: news, or a problem that alerts.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EventType {
    #[default]
    CustomInfo,
    CustomAnnotation,
    CustomAlert,
    AvailabilityEvent,
    ErrorEvent,
}

impl EventType {
    fn as_str(self) -> &'static str {
        match self {
            EventType::CustomInfo => "CUSTOM_INFO",
            EventType::CustomAnnotation => "CUSTOM_ANNOTATION",
            EventType::CustomAlert => "CUSTOM_ALERT",
            EventType::AvailabilityEvent => "AVAILABILITY_EVENT",
            EventType::ErrorEvent => "ERROR_EVENT",
        }
    }
}

/// The address for the events of an environment. It may be below a path (`/e/<id>` on Managed).
fn ingest(environment: &str) -> Result<Url, String> {
    address(&format!("{}/api/v2/events/ingest", environment.trim_end_matches('/')))
}

#[async_trait]
impl ActionKind<ActionEnv> for DynatraceEvent {
    fn info(&self) -> ActionInfo {
        let (purpose, reach) = (Purpose::Channel, Reach::External);
        ActionInfo { name: NAME, purpose, reach, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings).map_err(|e| match settings.get("api_token") {
            Some(Value::String(_)) => exposed("api_token"),
            Some(_) | None => e,
        })?;
        if let Some(key) = settings.properties.keys().find(|key| key.len() > 100 || key.starts_with("dt.")) {
            return Err(format!("{key:?} is no property of one's own: use a name of up to 100 characters without dt."));
        }
        ingest(&settings.environment).map(drop)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        let message = webhook_message::message(attempt)?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, authorization(&settings.api_token, env)?);
        let mut properties: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, value) in &settings.properties {
            properties.insert(key, cut(value, VALUE));
        }
        properties.insert("text", cut(&message.text, VALUE));
        properties.insert("id", attempt.context.token);
        let mut body = json!({
            "eventType": settings.event_type.as_str(),
            "title": message.subject,
            "properties": properties,
        });
        if let Some(selector) = &settings.entity_selector {
            body["entitySelector"] = json!(selector);
        }
        let asked = Asked {
            url: ingest(&settings.environment).map_err(unreadable)?,
            method: Method::POST,
            headers,
            body: Bytes::from(body.to_string()),
        };
        let words = Words {
            family: NAME,
            what: format!("Dynatrace {:?}", attempt.step.name),
            to: asked.url.to_string(),
            refused: codes::CHANNEL_REFUSED,
            silent: codes::CHANNEL_SILENT,
        };
        let got = exchange(env, attempt, Access::Write, asked, &words).await?;
        taken(&got, &words)?;
        Ok(format!("Dynatrace has accepted {:?}", message.subject))
    }
}

fn authorization(place: &Place, env: &ActionEnv) -> Result<HeaderValue, Fault> {
    let token = env.secrets.open(&place.value())?;
    let refused = |_| Fault::person_needed(ACTION_SETTINGS, "the token holds what no header may");
    let mut value = HeaderValue::from_str(&format!("Api-Token {}", token.expose_secret().trim())).map_err(refused)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Checks that every event was taken. If the answer names no event, its HTTP status counts.
fn taken(got: &Got, words: &Words) -> Result<(), Fault> {
    let told: Value = serde_json::from_slice(&got.body).unwrap_or_default();
    let results = told.get("eventIngestResults").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let refused = results.iter().filter_map(|one| one.get("status")?.as_str()).find(|status| *status != "OK");
    match refused {
        None => Ok(()),
        Some(status) => {
            let message = format!("{} answered {status}: correct the entity selector or the properties", words.what);
            Err(Fault::person_needed(words.refused.clone(), message))
        }
    }
}
