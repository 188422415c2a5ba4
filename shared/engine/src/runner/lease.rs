//! Holds the rest of the lease, as the runner itself knows it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

/// The time until which this runner may act. It is set from the time that was read *before* the write that took or
/// renewed the lease. So it never runs longer here than in the store (S13).
#[derive(Debug)]
pub struct LeaseWatch {
    until_ms: AtomicI64,
    closing: AtomicBool,
    closed: Notify,
}

impl LeaseWatch {
    /// A lease that runs until `until`.
    pub fn new(until: Timestamp) -> Self {
        Self {
            until_ms: AtomicI64::new(until.as_millisecond()),
            closing: AtomicBool::new(false),
            closed: Notify::new(),
        }
    }

    /// The lease was renewed.
    pub fn renewed(&self, until: Timestamp) {
        self.until_ms.store(until.as_millisecond(), Ordering::SeqCst);
    }

    /// Nothing may begin any more.
    pub fn lost(&self) {
        self.until_ms.store(i64::MIN / 2, Ordering::SeqCst);
    }

    /// The runner is about to give the lease back: nothing new begins, and everything that waits gives up.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.closed.notify_waiters();
    }

    /// Whether the runner is about to give the lease back.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Returns when the runner is about to give the lease back.
    pub async fn closed(&self) {
        let closed = self.closed.notified();
        tokio::pin!(closed);
        // The waiter is registered before the flag is read, so that a close in between is not missed.
        closed.as_mut().enable();
        if !self.is_closing() {
            closed.await;
        }
    }

    /// The rest of the lease at `now`. It is negative when the lease has run out.
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        SignedDuration::from_millis(self.until_ms.load(Ordering::SeqCst).saturating_sub(now.as_millisecond()))
    }
}
