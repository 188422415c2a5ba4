//! Admits the requests to one workspace: a [`Admission`] with limiter, breaker, limit of concurrent requests and lease
//! margin.
//!
//! Requests of one family are admitted in the order in which they came. Only the first in the queue follows the pace,
//! so a new pace counts for all behind it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use saga::Fault;
use tokio::sync::{Mutex as Turn, Notify};

use super::breaker::{Breaker, Verdict};
use super::rate::Rate;
use crate::codes;
use crate::ports::{Access, Admission, Admitted, Clock, Ending};
use crate::runner::lease::LeaseWatch;
use crate::settings::Settings;

/// The number of requests of a family that may always be under way at once.
const LEAST_UNDER_WAY: f64 = 8.0;

/// The request admission of one workspace.
pub struct RequestAdmission {
    place: String,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    lease: Option<Arc<LeaseWatch>>,
    time_out: Duration,
    obeys: SignedDuration,
    families: Mutex<BTreeMap<&'static str, Arc<Family>>>,
}

struct Family {
    turn: Turn<()>,
    left: Notify,
    state: Mutex<FamilyState>,
}

struct FamilyState {
    rate: Rate,
    breaker: Breaker,
    under_way: u32,
    latency_us: f64,
    entered: Vec<i64>,
}

impl RequestAdmission {
    /// The admission for the workspace that faults call `place`. `lease` is absent if no saga is driven, e.g. while a
    /// checkpoint is taken.
    pub fn new(
        place: &str,
        clock: Arc<dyn Clock>,
        settings: Arc<Settings>,
        lease: Option<Arc<LeaseWatch>>,
        time_out: Duration,
    ) -> Self {
        let obeys = settings.obeys(false);
        Self { place: place.to_owned(), clock, settings, lease, time_out, obeys, families: Mutex::new(BTreeMap::new()) }
    }

    /// For a side that is taken for lost: its `Retry-After` never delays the pursuit (L3).
    pub(crate) fn of_lost_side(mut self) -> Self {
        self.obeys = self.settings.obeys(true);
        self
    }

    fn family(&self, name: &'static str) -> Arc<Family> {
        let now = micros(self.clock.now());
        let mut families = lock(&self.families);
        let family = families.entry(name).or_insert_with(|| {
            let limit = self.settings.limits.get(name).copied();
            Arc::new(Family {
                turn: Turn::new(()),
                left: Notify::new(),
                state: Mutex::new(FamilyState {
                    rate: Rate::new(limit, now),
                    breaker: Breaker::default(),
                    under_way: 0,
                    latency_us: 100_000.0,
                    entered: Vec::new(),
                }),
            })
        });
        Arc::clone(family)
    }

    fn breaker_open(&self, family: &str, until: i64, now: i64) -> Fault {
        Fault {
            reaction: saga::Reaction::Again { after_ms: Some(((until - now) / 1000).max(0) as u64) },
            code: codes::BREAKER_OPEN,
            message: format!(
                "the {} did not answer its last requests of {family}, so none is sent for a while",
                self.place
            ),
        }
    }

    /// Returns when nothing may begin any more. It never returns if no lease is held.
    async fn closing(&self) {
        match &self.lease {
            Some(lease) => lease.closed().await,
            None => std::future::pending().await,
        }
    }

    fn has_margin(&self) -> bool {
        let Some(lease) = &self.lease else { return true };
        if lease.is_closing() {
            return false;
        }
        let needed = SignedDuration::try_from(self.time_out).unwrap_or(SignedDuration::MAX);
        !self.settings.guards_margin() || lease.left(self.clock.now()) > needed.saturating_add(self.settings.skew)
    }
}

#[async_trait]
impl Admission for RequestAdmission {
    async fn enter(&self, name: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        let family = self.family(name);
        let _turn = family.turn.lock().await;
        let mut probing = false;
        loop {
            let now = micros(self.clock.now());
            let wait_until = {
                let mut state = lock(&family.state);
                if !probing {
                    match state.breaker.ask(now) {
                        Verdict::Closed => {}
                        Verdict::Probe => probing = true,
                        Verdict::Open { until } => return Err(self.breaker_open(name, until, now)),
                    }
                }
                let slot = state.rate.next_slot();
                let closing = self.lease.as_ref().is_some_and(|lease| lease.is_closing());
                if !closing && f64::from(state.under_way) >= state.cap() {
                    None
                } else if !closing && slot > now {
                    Some(slot)
                } else if self.has_margin() {
                    state.rate.take(now);
                    state.under_way += 1;
                    state.entered.push(now);
                    return Ok(Admitted { time_out: self.time_out });
                } else {
                    state.breaker.forgotten();
                    return Err(Fault::again(
                        codes::LEASE_ENDING,
                        format!("no request of {name} is begun on the {}: too little is left of the lease", self.place),
                    ));
                }
            };
            let slot = async {
                match wait_until {
                    Some(slot) => self.clock.sleep_until(timestamp(slot)).await,
                    None => family.left.notified().await,
                }
            };
            tokio::select! {
                biased;
                () = slot => {}
                () = self.closing() => {}
            }
        }
    }

    fn leave(&self, name: &'static str, ending: Ending) {
        let family = self.family(name);
        let now = micros(self.clock.now());
        {
            let mut state = lock(&family.state);
            state.under_way = state.under_way.saturating_sub(1);
            if !state.entered.is_empty() {
                let took = (now - state.entered.remove(0)) as f64;
                state.latency_us += 0.1 * (took - state.latency_us);
            }
            match ending {
                Ending::Answered => {
                    state.breaker.answered(now);
                    state.rate.answered(now);
                }
                Ending::Throttled { retry_after } => {
                    state.breaker.answered(now);
                    let pause = retry_after.map(|pause| {
                        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX).min(self.obeys);
                        i64::try_from(pause.as_micros()).unwrap_or(i64::MAX / 4)
                    });
                    state.rate.throttled(now, pause);
                }
                Ending::Failed => state.breaker.failed(now),
            }
        }
        family.left.notify_one();
    }
}

impl FamilyState {
    /// Little's law with a reserve: twice the number of requests that pace and latency keep under way.
    fn cap(&self) -> f64 {
        (2.0 * self.rate.per_second() * self.latency_us / 1e6).max(LEAST_UNDER_WAY)
    }
}

/// Locks the mutex. A panic elsewhere has not left these plain values half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// Rounds up to the millisecond, so that a timer never fires before its slot.
fn timestamp(micros: i64) -> Timestamp {
    Timestamp::from_millisecond(micros.saturating_add(999).div_euclid(1000)).unwrap_or(Timestamp::MAX)
}
