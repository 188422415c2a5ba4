//! Defines the ports for the health of a pair: its signals, their sources, and messages about them.

use std::sync::Arc;

use async_trait::async_trait;
use failover::signal::{About, Origin, Reading, Signal, Track, Watched};
use failover::{PairName, Side};
use jiff::Timestamp;
use saga::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Admission, Message, StoreError};

/// A recorded track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackItem {
    /// [`super::STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// The readings about one subject.
    pub track: Track,
    /// Raised by one at every change. The next change is conditional on it.
    pub revision: u64,
}

/// A value that is remembered for a pair under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// [`super::STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// The value.
    pub value: Value,
    /// Raised by one at every change. The next change is conditional on it.
    pub revision: u64,
}

/// The store of the signals about a pair. A running saga needs nothing from it.
#[async_trait]
pub trait Signals: Send + Sync {
    /// All tracks of a pair that this program can read. A track that it cannot read is logged and left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn tracks(&self, pair: &PairName) -> Result<Vec<TrackItem>, StoreError>;

    /// The track of one subject.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn track(&self, pair: &PairName, about: &About) -> Result<Option<TrackItem>, StoreError>;

    /// Writes a track if the recorded revision is `item.revision - 1` (0: no item).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is not, or another [`StoreError`].
    async fn put_track(&self, pair: &PairName, item: &TrackItem) -> Result<(), StoreError>;

    /// The value that is remembered under a name, e.g. the watch's own record, or the baselines of a place.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn recall(&self, pair: &PairName, name: &str) -> Result<Option<Remembered>, StoreError>;

    /// Remembers a value if the recorded revision is `item.revision - 1` (0: no item).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is not, or another [`StoreError`].
    async fn remember(&self, pair: &PairName, name: &str, item: &Remembered) -> Result<(), StoreError>;
}

/// An external source that is polled, e.g. a status page or a provider's API.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The source's name, as in signals.
    fn source(&self) -> &'static str;

    /// Polls once. `watched` has the sides that it may report on, with their roles of now.
    ///
    /// # Errors
    ///
    /// The reason why there was no answer. This is unknown, and never healthy or down (S17).
    async fn poll(&self, now: Timestamp, watched: &Watched, admission: &dyn Admission) -> Result<Vec<Signal>, Fault>;
}

/// The depth of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// It checks whether the side answers.
    Shallow,
    /// It makes the side do some work.
    Deep,
}

/// The description of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeInfo {
    /// The probe's name, e.g. `token`, `statement`.
    pub name: String,
    /// The origin of its readings: our probe, or the work's own symptoms.
    pub origin: Origin,
    /// The depth of the check.
    pub depth: Depth,
    /// It makes the side do some work, so it never checks a side that is fenced.
    pub works: bool,
    /// The unit of the measured value, e.g. `ms`, `share`.
    pub unit: &'static str,
}

/// A probe as a team has declared it, for one side.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredProbe {
    /// The probe's kind, e.g. `statement`.
    pub kind: String,
    /// The probe's own name. Two probes of one side never have the same name.
    pub name: String,
    /// The side that it checks.
    pub side: Side,
    /// The settings of the kind. It is `Null` for no settings.
    pub settings: Value,
}

/// The result of a probe.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    /// The reading, before it is compared with the baseline.
    pub reading: Reading,
    /// The measured value in the probe's unit, where more is worse. `None`: nothing was measured.
    pub measured: Option<f64>,
    /// One line of text for people.
    pub text: String,
}

/// Checks one side in one way. Each call is one try.
#[async_trait]
pub trait Probe: Send + Sync {
    /// The description of the probe.
    fn info(&self) -> &ProbeInfo;

    /// Checks once. A check that was not possible gives a reading, too.
    async fn look(&self, now: Timestamp, admission: &dyn Admission) -> Probed;
}

/// A probe and the side that it checks. The side is the role of a workspace, so a promotion changes it.
#[derive(Clone)]
pub struct SideProbe {
    /// The side.
    pub side: Side,
    /// The probe.
    pub probe: Arc<dyn Probe>,
}

/// The recipient of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// One approver, by name.
    Approver(String),
    /// Everybody who receives messages about the pair.
    Everybody,
    /// The vendor's support, if it is configured.
    Support,
}

/// Sends messages to people. A message may arrive twice. An error says that it may not arrive at all.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Sends one message.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: it was not accepted for delivery.
    async fn send(&self, to: &Recipient, message: &Message) -> Result<(), StoreError>;
}
