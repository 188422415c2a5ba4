//! The kinds of external actions, one file each, and the one list of them.

mod datadog_event;
mod dynatrace_event;
mod exchange;
mod host_port;
mod https_call;
mod https_endpoint;
mod kafka_brokers;
mod kind;
mod place;
mod reaching;
mod settings;
mod slack_message;
mod webhook_message;

use std::sync::LazyLock;

use engine::ports::ActionInfo;
use serde_json::Value;

pub(crate) use host_port::check_host;
pub use kind::Kind;
pub use reaching::Reaching;
pub(crate) use settings::read;

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
pub fn infos() -> &'static [ActionInfo] {
    static INFOS: LazyLock<Vec<ActionInfo>> = LazyLock::new(|| KINDS.iter().map(|kind| kind.info()).collect());
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
