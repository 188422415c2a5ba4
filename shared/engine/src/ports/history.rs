//! Defines the history of a pair: one item for each saga that is over.

use failover::PairName;
use failover::evidence::Achieved;
use serde::{Deserialize, Serialize};

/// `PAIR#p / DONE#milliseconds#saga`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoneItem {
    /// [`super::STORE_VERSION`] of the code that wrote it.
    pub version: u32,
    /// The pair's name.
    pub pair: PairName,
    /// The objectives against the achieved values, with the record's seal.
    pub achieved: Achieved,
    /// The key of the record under Object Lock. `None`: the bucket did not take the record.
    pub key: Option<String>,
}
