//! The history of a pair: one item for each saga that is over.

use failover::PairName;
use failover::evidence::Achieved;
use serde::{Deserialize, Serialize};

/// `PAIR#p / DONE#milliseconds#saga`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneItem {
    /// [`super::STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// Which pair.
    pub pair: PairName,
    /// Objective against achieved, with the record's seal.
    pub achieved: Achieved,
    /// The key of the record that is locked; `None` if the bucket did not take it.
    pub key: Option<String>,
}
