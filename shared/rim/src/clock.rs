//! The time of the machine.

use std::time::Duration;

use async_trait::async_trait;
use engine::ports::Clock;
use jiff::Timestamp;
use tokio::time::Instant;

/// Wall-clock time that never goes back: it is read once, and from then on moves
/// with the monotonic clock, so that a correction of the machine's time in the
/// middle of a lease neither lengthens nor shortens it.
#[derive(Debug)]
pub struct SystemClock {
    read_at: Instant,
    then: Timestamp,
}

impl SystemClock {
    /// Reads the machine's time.
    pub fn start() -> Self {
        Self::starting_at(Timestamp::now())
    }

    /// A clock that says `then` now. Under a paused runtime it moves when that does.
    pub fn starting_at(then: Timestamp) -> Self {
        Self { read_at: Instant::now(), then }
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.read_at.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.then.saturating_add(jiff::SignedDuration::from_micros(passed)).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, at: Timestamp) {
        let left = at.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or(Duration::ZERO)).await;
    }
}
