//! Checks a Kafka cluster: it is reachable if every declared broker takes a TCP connection.
//!
//! A client first needs one broker, and then all that lead a partition that it reads
//! [docs: kafka.apache.org/documentation, bootstrap.servers]. So one broker that answers proves little.

use async_trait::async_trait;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use futures::future::join_all;
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::env::ActionEnv;
use super::exchange::patience;
use super::host_port::{check_host, connected};
use super::settings::read;
use crate::codes;

const NAME: &str = "kafka_brokers";

pub(super) struct KafkaBrokers;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Each as `host:port`.
    brokers: Vec<String>,
}

#[async_trait]
impl ActionKind<ActionEnv> for KafkaBrokers {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Source, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let settings: Settings = read(NAME, settings)?;
        if settings.brokers.is_empty() {
            return Err("brokers is empty: name each as \"host:port\"".to_owned());
        }
        settings.brokers.iter().try_for_each(|broker| {
            let (host, port) = host_and_port(broker)?;
            check_host(host, port)
        })
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let unreadable = |e| Fault::person_needed(ACTION_SETTINGS, e);
        let settings: Settings = read(NAME, &attempt.detail.settings).map_err(unreadable)?;
        let reached = settings.brokers.iter().map(|broker| async move {
            let (host, port) = host_and_port(broker).map_err(unreadable)?;
            let missed = connected(env, attempt, NAME, host, port).await?.err();
            Ok::<_, Fault>(missed.map(|missed| format!("{broker}: {}", missed.why)))
        });
        let missed: Result<Vec<_>, Fault> = join_all(reached).await.into_iter().collect();
        let missed: Vec<String> = missed?.into_iter().flatten().collect();
        if missed.is_empty() {
            return Ok(format!("all {} brokers take connections", settings.brokers.len()));
        }
        let message = format!("source {:?}: {}", attempt.step.name, missed.join("; "));
        Err(patience(attempt, Fault::again(codes::SOURCE_UNREACHABLE, message)))
    }
}

fn host_and_port(broker: &str) -> Result<(&str, u16), String> {
    let wanted = || "one of the brokers is none: write each as \"host:port\"".to_owned();
    let (host, port) = broker.rsplit_once(':').ok_or_else(wanted)?;
    Ok((host, port.parse().map_err(|_| wanted())?))
}
