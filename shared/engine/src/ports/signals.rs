//! What is known of the health of a pair, and who tells it.

use async_trait::async_trait;
use failover::signal::{About, Origin, Reading, Signal, Track};
use failover::{PairName, Side};
use jiff::Timestamp;
use saga::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Message, Pass, StoreError};

/// A track as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackItem {
    /// [`super::STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// What was said.
    pub track: Track,
    /// Raised by one at every change; the condition of the next.
    pub revision: u64,
}

/// Something that is remembered of a pair under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// [`super::STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// What.
    pub value: Value,
    /// Raised by one at every change; the condition of the next.
    pub revision: u64,
}

/// In bytes: what is remembered of one name stays below this (S25).
const REMEMBERED: usize = 128 * 1024;

/// The last of a list as it is remembered: `most` of them, and fewer where they are long.
///
/// # Errors
///
/// One of them cannot be written as JSON.
pub(crate) fn last_that_fit<T: Serialize>(all: &[T], most: usize) -> Result<Value, serde_json::Error> {
    let mut room = REMEMBERED;
    let mut kept = Vec::new();
    for one in all.iter().rev().take(most) {
        let value = serde_json::to_value(one)?;
        let bytes = value.to_string().len();
        if bytes > room {
            break;
        }
        room -= bytes;
        kept.push(value);
    }
    kept.reverse();
    Ok(Value::Array(kept))
}

/// Keeps what was said of a pair. Nothing here is needed by a saga under way.
#[async_trait]
pub trait Signals: Send + Sync {
    /// All tracks of a pair that this program can read; what it cannot is logged and left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn tracks(&self, pair: &PairName) -> Result<Vec<TrackItem>, StoreError>;

    /// The track of one thing.
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

    /// What is remembered under a name: the watch's own record, or a place's baselines.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn recall(&self, pair: &PairName, name: &str) -> Result<Option<Remembered>, StoreError>;

    /// Remembers something if the recorded revision is `item.revision - 1` (0: no item).
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it is not, or another [`StoreError`].
    async fn remember(&self, pair: &PairName, name: &str, item: &Remembered) -> Result<(), StoreError>;
}

/// Somewhere outside that is asked how things are: a status page, a provider's API.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Its name, as in signals.
    fn source(&self) -> &'static str;

    /// Asks once.
    ///
    /// # Errors
    ///
    /// Why it told nothing. That is unknown, never healthy or down (S17).
    async fn poll(&self, now: Timestamp, pass: &dyn Pass) -> Result<Vec<Signal>, Fault>;
}

/// How far a probe looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// It asks whether somebody answers.
    Shallow,
    /// It has something done.
    Deep,
}

/// What a probe is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeInfo {
    /// Its name, e.g. `token`, `statement`.
    pub name: String,
    /// Which side it looks at.
    pub side: Side,
    /// Who speaks through it: our probe, or the work's own symptoms.
    pub origin: Origin,
    /// How far it looks.
    pub depth: Depth,
    /// It has something done there, so it never looks at a side that is fenced.
    pub works: bool,
    /// The unit of what it measures, e.g. `ms`, `share`.
    pub unit: &'static str,
}

/// A probe as a team has declared it, for one side.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredProbe {
    /// Its kind, e.g. `statement`.
    pub kind: String,
    /// Its own name; no two of one side have the same.
    pub name: String,
    /// Which side it looks at.
    pub side: Side,
    /// What its kind needs; `Null` for nothing.
    pub settings: Value,
}

/// What a probe saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Probed {
    /// What that reads, before it is compared with what is normal.
    pub reading: Reading,
    /// What was measured, in the probe's unit, where more is worse; `None` if nothing was.
    pub measured: Option<f64>,
    /// One line for people.
    pub text: String,
}

/// Looks at one side in one way. Makes one try per call.
#[async_trait]
pub trait Probe: Send + Sync {
    /// What it is.
    fn info(&self) -> &ProbeInfo;

    /// Looks once. That it could not look at all is a reading, too.
    async fn look(&self, now: Timestamp, pass: &dyn Pass) -> Probed;
}

/// Whom a message is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// One approver, by name.
    Approver(String),
    /// Everybody who listens.
    Everybody,
    /// The vendor's support, where it is configured.
    Support,
}

/// Sends messages to people. It may be that one arrives twice; that none arrives is told.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Sends one message.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: it was not accepted for delivery.
    async fn send(&self, to: &Recipient, message: &Message) -> Result<(), StoreError>;
}
