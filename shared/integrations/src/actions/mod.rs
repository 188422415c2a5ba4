//! The external actions: one file each, in one list.

mod datadog_event;
mod dynatrace_event;
mod env;
mod exchange;
mod host_port;
mod https_call;
mod https_endpoint;
mod kafka_brokers;
mod place;
mod settings;
mod slack_message;
mod webhook_message;

use engine::ports::ActionRegistry;

pub use env::ActionEnv;
pub(crate) use host_port::check_host;

/// Every kind of external action.
pub static ACTIONS: ActionRegistry<ActionEnv> = ActionRegistry::new(&[
    &slack_message::SlackMessage,
    &webhook_message::WebhookMessage,
    &datadog_event::DatadogEvent,
    &dynatrace_event::DynatraceEvent,
    &https_call::HttpsCall,
    &host_port::HostPort,
    &kafka_brokers::KafkaBrokers,
    &https_endpoint::HttpsEndpoint,
]);
