//! Reads the time of the machine.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::Clock;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// If the machine's time is ahead of the monotonic clock by more than this, it is believed.
const JUMP: SignedDuration = SignedDuration::from_secs(1);

/// Wall-clock time that never goes back. It moves with the monotonic clock, so that a correction backward in the
/// middle of a lease does not lengthen it.
///
/// The monotonic clock stands still while a laptop sleeps. It may also stand still while a function is frozen
/// between two events (unverified). A process that goes on after that must not think that its lease still runs
/// (S13). So the clock follows a machine's time that has jumped ahead.
#[derive(Debug)]
pub struct SystemClock {
    read: Mutex<Reading>,
    of_machine: bool,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Instant,
    then: Timestamp,
}

impl Reading {
    fn of(then: Timestamp) -> Self {
        Self { at: Instant::now(), then }
    }

    fn now(self) -> Timestamp {
        let passed = i64::try_from(self.at.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.then.saturating_add(SignedDuration::from_micros(passed)).unwrap_or(Timestamp::MAX)
    }
}

impl SystemClock {
    /// Starts a clock at the machine's time.
    pub fn start() -> Self {
        Self { read: Mutex::new(Reading::of(Timestamp::now())), of_machine: true }
    }

    /// A clock that shows `then` now and never follows the machine. Under a paused runtime it moves with the
    /// runtime.
    pub fn starting_at(then: Timestamp) -> Self {
        Self { read: Mutex::new(Reading::of(then)), of_machine: false }
    }

    fn told(&self, machine: Option<Timestamp>) -> Timestamp {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let now = read.now();
        match machine.filter(|machine| machine.duration_since(now) > JUMP) {
            Some(ahead) => {
                *read = Reading::of(ahead);
                ahead
            }
            None => now,
        }
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.told(self.of_machine.then(Timestamp::now))
    }

    async fn sleep_until(&self, at: Timestamp) {
        let left = at.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or(Duration::ZERO)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_slept_is_followed_and_one_that_is_set_back_is_not_s13() {
        let begun: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let clock = SystemClock::starting_at(begun);
        let after = |seconds| begun.checked_add(SignedDuration::from_secs(seconds)).unwrap();
        assert!(clock.told(Some(after(-600))) >= begun, "set back");
        assert_eq!(clock.told(Some(after(600))), after(600), "slept");
        assert!(clock.told(Some(after(-600))) >= after(600), "and never goes back");
        assert!(clock.told(None) < after(601));
    }
}
