//! Time.

use async_trait::async_trait;
use jiff::Timestamp;

/// The only source of time for the use cases.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now. Never goes back within one process.
    fn now(&self) -> Timestamp;

    /// Returns when `at` has come; at once if it has passed.
    async fn sleep_until(&self, at: Timestamp);
}
