//! Checks a source behind a host and a port, e.g. a database by JDBC: it is reachable if a TCP connection
//! opens.
//!
//! It does not sign in. A validation does that. The connection is made from the machine where Switchback
//! runs, so that machine must have the same network path as the target.

use async_trait::async_trait;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt, Ending};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::exchange::patience;
use super::settings::read;
use crate::codes;
use crate::web::Missed;

const NAME: &str = "jdbc_host";

pub(super) struct HostPort;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    host: String,
    port: u16,
}

#[async_trait]
impl ActionKind<ActionEnv> for HostPort {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Source, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings)?;
        check_host(&settings.host, settings.port)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let Settings { host, port } = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        match connected(env, attempt, NAME, &host, port).await? {
            Ok(()) => Ok(format!("{host}:{port} takes connections")),
            Err(missed) => {
                let message = format!("source {:?}, {host}:{port}: {}", attempt.step.name, missed.why);
                Err(patience(attempt, Fault::again(codes::SOURCE_UNREACHABLE, message)))
            }
        }
    }
}

/// Checks a host and a port.
pub(crate) fn check_host(host: &str, port: u16) -> Result<(), String> {
    let fits = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
    if !fits {
        return Err("host is no host: write its name or address alone, e.g. db.example.com".to_owned());
    }
    if port == 0 {
        return Err("port 0 is none: write the port that the source listens on".to_owned());
    }
    Ok(())
}

/// Opens one connection.
pub(super) async fn connected(
    env: &ActionEnv,
    attempt: &Attempt<'_>,
    family: &'static str,
    host: &str,
    port: u16,
) -> Result<Result<(), Missed>, Fault> {
    let admitted = attempt.admission.enter(family, Access::Read).await?;
    let connected = env.web.connect(host, port, admitted.time_out).await;
    attempt.admission.leave(family, if connected.is_ok() { Ending::Answered } else { Ending::Failed });
    Ok(connected)
}
