//! The sources of signals, one file each.
//!
//! A source reads one body into signals about the watched sides. It keeps nothing, sends no request, and
//! knows no time but the one that it is given.

mod aws_health;
mod azure_status;
mod cloudwatch_alarm;
mod databricks_status;
mod databricks_status_webhook;
mod datadog;
mod dynatrace;
mod google_status;
mod operator;
mod side;

use crate::source::{Arrival, Source};

/// Every source.
pub const SOURCES: &[&dyn Source] = &[
    &aws_health::AwsHealth,
    &azure_status::AzureStatus,
    &cloudwatch_alarm::CloudwatchAlarm,
    &databricks_status::DatabricksStatus,
    &databricks_status_webhook::DatabricksStatusWebhook,
    &datadog::Datadog,
    &dynatrace::Dynatrace,
    &google_status::GoogleStatus,
    &operator::Operator,
];

/// The source with this name; `None` if there is none.
pub fn source(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

/// The source whose events have this `detail-type`; `None` if there is none.
pub fn source_of_event(detail_type: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| match source.arrival() {
        Arrival::Event(types) => types.contains(&detail_type),
        Arrival::Webhook { .. } | Arrival::Polled => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let names: BTreeSet<&str> = SOURCES.iter().map(|source| source.name()).collect();
        assert_eq!(names.len(), SOURCES.len());
        assert!(SOURCES.iter().all(|listed| source(listed.name()).is_some_and(|found| found.name() == listed.name())));
        assert_eq!(source_of_event("AWS Health Event").map(Source::name), Some("aws_health"));
        assert!(source_of_event("Scheduled Event").is_none() && source("nobody").is_none());
    }
}
