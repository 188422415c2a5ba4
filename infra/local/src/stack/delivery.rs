//! How wake messages arrive.

use std::time::Duration;

/// How wake messages arrive. In the cloud each arrives at least once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Number of times that each message arrives.
    pub copies: u32,
    /// Time until a message arrives.
    pub delay: Duration,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { copies: 1, delay: Duration::from_millis(50) }
    }
}
