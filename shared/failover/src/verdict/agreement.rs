//! The statement of one origin, with the things that it speaks about.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::signal::{Origin, Reading};

/// The statement of one thing of a source, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Name of the source.
    pub source: String,
    /// Subject within the source.
    pub subject: String,
    /// Reading of it now.
    pub reading: Reading,
    /// When it began to read so, without a gap since. For an unknown reading, the time of the last reading.
    pub since: Timestamp,
    /// Text of its last signal.
    pub text: String,
}

/// The statement of one origin, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The origin that speaks.
    pub origin: Origin,
    /// Its worst reading now.
    pub reading: Reading,
    /// When it began to speak against the side, without a gap since; `None` if it does not.
    pub bad_since: Option<Timestamp>,
    /// The things that it speaks about, the worst first, [`Agreement::KEPT`] at most.
    pub evidence: Vec<Evidence>,
    /// Number of further things that it speaks about.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more: usize,
    /// Number of further things that it speaks against.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_bad: usize,
}

impl Agreement {
    /// Number of things of an origin that are kept one by one. The rest is counted (S25).
    pub const KEPT: usize = 8;
}

fn is_none(more: &usize) -> bool {
    *more == 0
}
