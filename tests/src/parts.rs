//! The parts of a stack, as most tests want them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::ports::Clock;
use engine::{Settings, Watch};
use failover::FailoverPolicy;
use failover::action::Declarations;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::Boundaries;
use local::stack::{Delivery, StackParts, StoreKind};
use runtime::SystemClock;
use sim::{Cloud, CloudSettings, Limits, World};

/// Begin of most tests: a Monday morning.
pub const BEGINS: &str = "2026-01-05T08:00:00Z";

/// A time, with a clock that begins at it.
pub fn clock(begins: &str) -> (Timestamp, Arc<dyn Clock>) {
    let begins: Timestamp = begins.parse().expect("a time");
    (begins, Arc::new(SystemClock::starting_at(begins)))
}

/// These settings, which know the limits of the simulated workspaces besides their own.
pub fn knowing(limits: &Limits, mut settings: Settings) -> Settings {
    for (family, rate) in &limits.per_second {
        settings.limits.entry((*family).to_owned()).or_insert(*rate);
    }
    settings
}

/// A stack of these workspaces on the embedded store, without faults, watch, map or declared actions.
pub fn parts(world: World, clock: Arc<dyn Clock>) -> StackParts {
    StackParts {
        world: Arc::new(Mutex::new(world)),
        cloud: Arc::new(Mutex::new(Cloud::new(CloudSettings::default()))),
        clock,
        boundaries: Boundaries::calm(),
        settings: Settings::default(),
        map: Vec::new(),
        policy: FailoverPolicy {
            planned: false,
            run_interrupted_again: true,
            checkpoint_age: SignedDuration::from_mins(60),
            fence_first: false,
        },
        declarations: Declarations::default(),
        watch: Watch::default(),
        watched: failover::signal::Watched::default(),
        looks: false,
        probes: false,
        syncs: false,
        delivery: Delivery::default(),
        store: StoreKind::Embedded,
        draws: true,
        weakened: aws::Weakened::default(),
    }
}

/// Locks, also after a test has panicked with the lock.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
