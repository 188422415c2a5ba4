//! Makes one read of the target's API that must answer a JSON object, perhaps with a certain member (R31).
//!
//! Settings: `path`, which begins with `/api/` and may carry a query, and perhaps `expect_member`, the name
//! of a member of the answer. It is always a GET, so it changes nothing.

use async_trait::async_trait;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::settings;
use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::API_GET;

const NAME: &str = "api_call";
const BEGINS: &str = "/api/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    path: String,
    expect_member: Option<String>,
}

pub(super) struct ApiCall;

#[async_trait]
impl ActionKind<ActionEnv> for ApiCall {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Validation, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(NAME, settings)?;
        if let Some(member) = &read.expect_member {
            settings::filled(NAME, "expect_member", member)?;
        }
        within_api(&read.path).map(drop)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let rest = within_api(&settings.path).map_err(|said| Fault::person_needed(ACTION_SETTINGS, said))?;
        let path = settings.path.split('?').next().unwrap_or_default();
        // The client returns an object or a fault.
        let answer = api.call(&Call::to(API_GET).at_as_it_is("path", rest)).await?;
        match settings.expect_member {
            Some(member) if answer.get(&member).is_none() => {
                let said = format!("GET {path} answered an object without a member {member:?}");
                Err(Fault::person_needed(codes::UNEXPECTED_ANSWER, said))
            }
            Some(member) => Ok(format!("GET {path} answered an object with a member {member:?}")),
            None => Ok(format!("GET {path} answered an object")),
        }
    }
}

/// The part after `/api/`, if the path stays below it.
fn within_api(path: &str) -> Result<&str, String> {
    let leads_out = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".." | "");
    let rest = path.strip_prefix(BEGINS).filter(|rest| {
        let only_path = rest.split('?').next().unwrap_or_default();
        rest.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '#' | '\\' | '{' | '}'))
            && !only_path.split('/').any(leads_out)
    });
    rest.ok_or_else(|| {
        format!("action {NAME}: path must begin with {BEGINS}, stay below it, and be encoded as in a web address: correct it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_api() {
        assert_eq!(within_api("/api/2.2/jobs/list?limit=1"), Ok("2.2/jobs/list?limit=1"));
        for path in [
            "",
            "/api/",
            "/ajax",
            "/api/../x",
            "/api/2.0/%2E%2e/x",
            "/api/2.0//x",
            "/api/a b",
            "/api/a#b",
            "https://h/api/x",
        ] {
            assert!(within_api(path).is_err(), "{path}");
        }
    }
}
