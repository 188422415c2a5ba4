//! Checks a service that the work reads over HTTPS: it is reachable if a GET is answered as wanted.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt, Ending};
use failover::action::{Purpose, Reach};
use http::{HeaderMap, Method};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::exchange::patience;
use super::place::{SecretText, check_headers, header_name};
use super::settings::read;
use crate::codes;
use crate::web::Asked;

const NAME: &str = "https_endpoint";

pub(super) struct HttpsEndpoint;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    url: SecretText,
    #[serde(default)]
    headers: BTreeMap<String, SecretText>,
    /// The wanted status. Without it, any success is wanted.
    status: Option<u16>,
}

#[async_trait]
impl ActionKind<ActionEnv> for HttpsEndpoint {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Source, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings)?;
        check_headers(&settings.headers)?;
        if let Some(status) = settings.status.filter(|status| !(100..600).contains(status)) {
            return Err(format!("{status} is no status of HTTP: write one from 100 to 599, or leave it out"));
        }
        settings.url.check_address()
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.headers {
            headers.insert(header_name(name).map_err(unreadable)?, value.header(&*env.secrets)?);
        }
        let url = settings.url.url(&*env.secrets)?;
        let asked = Asked { url, method: Method::GET, headers, body: Bytes::new() };
        let admitted = attempt.admission.enter(NAME, Access::Read).await?;
        let sent = env.web.send(asked, admitted.time_out).await;
        attempt.admission.leave(NAME, if sent.is_ok() { Ending::Answered } else { Ending::Failed });
        let why = match sent {
            Ok(got) if settings.status.map_or(got.status.is_success(), |wanted| got.status.as_u16() == wanted) => {
                return Ok(format!("it answers {}", got.status.as_u16()));
            }
            Ok(got) => format!("it answered {}", got.status.as_u16()),
            Err(missed) => missed.why,
        };
        let message = format!("source {:?}: {why}", attempt.step.name);
        Err(patience(attempt, Fault::again(codes::SOURCE_UNREACHABLE, message)))
    }
}
