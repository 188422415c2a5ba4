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

use std::panic::RefUnwindSafe;

use std::collections::BTreeSet;

use failover::Side;
use failover::signal::{Reading, Signal, Watched};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::foreign::text;

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

/// At most this many signals are taken from one body.
pub const MOST_SIGNALS: usize = 300;

/// How the bodies of a source arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// EventBridge brings events with one of these `detail-type`s.
    Event(&'static [&'static str]),
    /// The owner of the source sends requests to a webhook.
    Webhook {
        /// The owner can only be given an address, so the secret may be in the address.
        only_address: bool,
    },
    /// Switchback polls a page.
    Polled,
}

/// The facts that a source needs besides the body.
#[derive(Clone, Copy, Debug)]
pub struct Listening<'a> {
    /// The sides and services that are watched.
    pub watched: &'a Watched,
    /// The CloudWatch alarms that report on a side.
    pub alarms: &'a [Alarm],
    /// The time of the reading.
    pub now: Timestamp,
}

/// A CloudWatch alarm that reports on a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Name of the alarm, or the beginning of it before a `*`.
    pub name: String,
    /// The side that it is about; `None` means the side in the alarm's own region.
    pub side: Option<Side>,
    /// The reading while the alarm rings.
    pub reading: Reading,
}

/// The result of reading one body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The signals of the body.
    pub signals: Vec<Signal>,
    /// The reasons why parts of the body gave no signal.
    pub passed_over: BTreeSet<&'static str>,
}

impl Told {
    /// A result without signals, and the reason.
    pub(crate) fn nothing(why: &'static str) -> Self {
        Self { signals: Vec::new(), passed_over: BTreeSet::from([why]) }
    }

    /// Adds one more signal. A time after `now` becomes `now`.
    pub(crate) fn take(&mut self, signal: Signal, now: Timestamp) {
        if self.signals.len() < MOST_SIGNALS {
            self.signals.push(signal.heard_at(now));
        } else {
            self.passed_over.insert("there is more than is taken from one body");
        }
    }
}

/// A body that a source cannot read. The reason is one plain sentence that repeats nothing of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

impl Unreadable {
    /// The body is longer than [`crate::LARGEST_BODY_BYTES`].
    pub const TOO_LONG: Unreadable = Unreadable("the body is longer than 1 MiB");
}

/// A source of signals.
pub trait Source: Send + Sync + RefUnwindSafe {
    /// Name of the source in signals, in the configuration and in addresses, e.g. `aws_health`.
    fn name(&self) -> &'static str;

    /// How the bodies of the source arrive.
    fn arrival(&self) -> Arrival;

    /// Reads one body.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] if the source does not send such a body. It gives no reading.
    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Told, Unreadable>;
}

impl std::fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

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

/// The side that a body names in the member `side`: `primary` or `standby`.
fn named_side(object: &Value) -> Option<Side> {
    side_of(text(object, "side")?)
}

fn side_of(name: &str) -> Option<Side> {
    [Side::Primary, Side::Standby].into_iter().find(|side| side.as_str().eq_ignore_ascii_case(name))
}

/// The side that a tag names, e.g. `side:primary` among other tags, separated by commas.
fn tagged_side(object: &Value) -> Option<Side> {
    let tags = text(object, "tags").or_else(|| text(object, "Tags"))?;
    tags.split(',').take(200).find_map(|tag| side_of(tag.trim().strip_prefix("side:")?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        let names: BTreeSet<&str> = SOURCES.iter().map(|source| source.name()).collect();
        assert_eq!(names.len(), SOURCES.len());
        assert!(SOURCES.iter().all(|listed| source(listed.name()).is_some_and(|found| found.name() == listed.name())));
        assert_eq!(source_of_event("AWS Health Event").map(Source::name), Some("aws_health"));
        assert!(source_of_event("Scheduled Event").is_none() && source("nobody").is_none());
    }

    #[test]
    fn a_side_is_named_or_tagged() {
        let told = |tags: &str| tagged_side(&serde_json::json!({ "tags": tags }));
        assert_eq!(told("env:prod, side:Standby"), Some(Side::Standby));
        assert_eq!(told("inside:primary"), None);
        assert_eq!(named_side(&serde_json::json!({ "side": "primary" })), Some(Side::Primary));
        assert_eq!(named_side(&serde_json::json!({ "side": 1 })), None);
    }
}
