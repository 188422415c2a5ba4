//! The kinds of errands outside, one file each, and the one list of them.

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

/// Every kind.
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

/// What is known of every kind, in the order of the list.
pub fn infos() -> &'static [ErrandInfo] {
    static INFOS: LazyLock<Vec<ErrandInfo>> = LazyLock::new(|| KINDS.iter().map(|kind| kind.info()).collect());
    &INFOS
}

/// The kind of that name.
pub(crate) fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.info().name == name)
}

/// Says what is wrong with the settings of a kind; `None` if it is none of these.
pub fn check(name: &str, settings: &Value) -> Option<Result<(), String>> {
    kind(name).map(|kind| kind.check(settings))
}

/// What a try reaches.
#[derive(Clone, Copy)]
pub struct Reaching<'a> {
    pub(crate) web: &'a dyn Web,
    pub(crate) secrets: &'a dyn Secrets,
    pub(crate) pass: &'a dyn Pass,
    pub(crate) briefing: &'a Briefing<'a>,
    /// The errand's name, for people.
    pub(crate) name: &'a str,
}

/// One kind of errand.
#[async_trait]
pub trait Kind: Send + Sync {
    /// What the engine must know of it.
    fn info(&self) -> ErrandInfo;

    /// Says what is wrong with its settings.
    ///
    /// # Errors
    ///
    /// A sentence with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once.
    ///
    /// # Errors
    ///
    /// Why it is not so yet.
    async fn attempt(&self, settings: &Value, reaching: &Reaching<'_>) -> Result<String, Fault>;
}

/// Reads settings; the sentence names what is unknown, missing or of the wrong type.
pub(crate) fn read<T: DeserializeOwned>(settings: &Value) -> Result<T, String> {
    serde_json::from_value(settings.clone()).map_err(|e| e.to_string())
}
