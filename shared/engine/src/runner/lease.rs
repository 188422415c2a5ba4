//! How much of the lease is left, as the runner itself knows it.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Until when this runner may act. Set from the time read *before* the write that
/// took or renewed the lease, so that it never runs longer here than in the store (S13).
#[derive(Debug)]
pub struct LeaseWatch {
    until_ms: AtomicI64,
}

impl LeaseWatch {
    /// A lease that runs until `until`.
    pub fn new(until: Timestamp) -> Self {
        Self { until_ms: AtomicI64::new(until.as_millisecond()) }
    }

    /// The lease was renewed.
    pub fn renewed(&self, until: Timestamp) {
        self.until_ms.store(until.as_millisecond(), Ordering::SeqCst);
    }

    /// Nothing may be begun any more.
    pub fn lost(&self) {
        self.until_ms.store(i64::MIN / 2, Ordering::SeqCst);
    }

    /// What is left of it at `now`; negative when it has run out.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        SignedDuration::from_millis(self.until_ms.load(Ordering::SeqCst).saturating_sub(now.as_millisecond()))
    }
}
