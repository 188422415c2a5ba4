//! A source of signals: how its bodies arrive, the facts that it needs besides a body, the result of reading one.

use std::collections::BTreeSet;
use std::panic::RefUnwindSafe;

use failover::Side;
use failover::signal::{Reading, Signal, Watched};
use jiff::Timestamp;
use serde::Serialize;

use crate::foreign::BodyError;

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
pub struct Readings {
    /// The signals of the body.
    pub signals: Vec<Signal>,
    /// The reasons why parts of the body gave no signal.
    pub passed_over: BTreeSet<&'static str>,
}

impl Readings {
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
    /// [`BodyError`] if the source does not send such a body. It gives no reading.
    fn read(&self, body: &[u8], listening: &Listening<'_>) -> Result<Readings, BodyError>;
}

impl std::fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
