//! Defines the port of time.

use async_trait::async_trait;
use jiff::Timestamp;

/// The only source of time for the use cases.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The current time. It never goes back within one process.
    fn now(&self) -> Timestamp;

    /// Returns when `at` has come, or at once if it is in the past.
    async fn sleep_until(&self, at: Timestamp);
}
