//! The kinds of external actions, one file each, and the one list of them.

mod datadog_event;
mod dynatrace_event;
mod exchange;
mod host_port;
mod https_call;
mod https_endpoint;
mod kafka_brokers;
mod place;
mod slack_message;
mod webhook_message;

use std::sync::LazyLock;

use async_trait::async_trait;
use engine::ports::{Briefing, ErrandInfo, Pass, Secrets};
use saga::Fault;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::web::Web;

pub(crate) use host_port::check_host;

/// Every kind of external action.
pub const KINDS: &[&dyn Kind] = &[
    &slack_message::SlackMessage,
    &webhook_message::WebhookMessage,
    &datadog_event::DatadogEvent,
    &dynatrace_event::DynatraceEvent,
    &https_call::HttpsCall,
    &host_port::HostPort,
    &kafka_brokers::KafkaBrokers,
    &https_endpoint::HttpsEndpoint,
];

/// The facts about every kind, in the order of the list.
pub fn infos() -> &'static [ErrandInfo] {
    static INFOS: LazyLock<Vec<ErrandInfo>> = LazyLock::new(|| KINDS.iter().map(|kind| kind.info()).collect());
    &INFOS
}

/// The kind of this name; `None` if there is none.
pub(crate) fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.info().name == name)
}

/// Checks the settings of a kind; `None` if no kind has this name.
pub fn check(name: &str, settings: &Value) -> Option<Result<(), String>> {
    kind(name).map(|kind| kind.check(settings))
}

/// The context of a try.
#[derive(Clone, Copy)]
pub struct Reaching<'a> {
    pub(crate) web: &'a dyn Web,
    pub(crate) secrets: &'a dyn Secrets,
    pub(crate) pass: &'a dyn Pass,
    pub(crate) briefing: &'a Briefing<'a>,
    /// Name of the action, for people.
    pub(crate) name: &'a str,
}

/// One kind of external action.
#[async_trait]
pub trait Kind: Send + Sync {
    /// The facts that the engine needs about the kind.
    fn info(&self) -> ErrandInfo;

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once. Returns a line about the result.
    ///
    /// # Errors
    ///
    /// A fault if the wanted state was not reached.
    async fn attempt(&self, settings: &Value, reaching: &Reaching<'_>) -> Result<String, Fault>;
}

/// Reads settings. The error names the member that is unknown, missing or of the wrong type.
pub(crate) fn read<T: DeserializeOwned>(settings: &Value) -> Result<T, String> {
    serde_json::from_value(settings.clone()).map_err(|e| e.to_string())
}
