//! Injects faults at the boundaries that the requests of a process cross.
//!
//! All requests of a process, to a workspace or to AWS, go through here. So a new boundary is crossed, counted and
//! covered without any list.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use super::rights::Uses;
use crate::embedded::{Call, Passage, Wire};

/// A moment in a request's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It is not sent yet.
    Before,
    /// It has had its effect. The reply is not here yet.
    AfterEffect,
    /// The reply is here. The process has not used it yet.
    AfterReply,
}

/// One crossing of a boundary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crossing {
    /// Number of the crossing, from 1, over all processes.
    pub number: u64,
    /// Name of the process that sends the request, e.g. `saga-3`.
    pub process: String,
    /// The request, e.g. `dynamodb PutItem` or `primary POST /api/2.2/jobs/update`.
    pub what: String,
    /// The subject of a request to AWS, e.g. `evidence/sagas/s-1.json`. Empty for every other request.
    pub about: String,
    /// The moment in the request's life.
    pub phase: Phase,
}

/// The fault that is injected at a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedFault {
    /// There is no fault.
    Nothing,
    /// The process dies here.
    Kill,
    /// The reply is lost on its way. This has an effect at [`Phase::AfterEffect`] only.
    LoseReply,
    /// The process freezes for this time. Then it goes on as if nothing had happened.
    Freeze(Duration),
}

/// Decides which fault is injected at each crossing.
pub type Saboteur = Arc<dyn Fn(&Crossing) -> InjectedFault + Send + Sync>;

/// Counts crossings over all processes of one rehearsal.
pub struct Boundaries {
    crossed: AtomicU64,
    saboteur: Option<Saboteur>,
    seen: Mutex<Vec<Crossing>>,
    records: bool,
}

impl Boundaries {
    /// Boundaries without faults.
    pub fn calm() -> Arc<Self> {
        Arc::new(Self { crossed: AtomicU64::new(0), saboteur: None, seen: Mutex::new(Vec::new()), records: false })
    }

    /// Boundaries at which `saboteur` decides. Every crossing is remembered.
    pub fn sabotaged(saboteur: Saboteur) -> Arc<Self> {
        let (crossed, seen) = (AtomicU64::new(0), Mutex::new(Vec::new()));
        Arc::new(Self { crossed, saboteur: Some(saboteur), seen, records: true })
    }

    /// Boundaries at which `saboteur` decides. No crossing is remembered, which suits thousands of sagas.
    pub fn struck(saboteur: Saboteur) -> Arc<Self> {
        let (crossed, seen) = (AtomicU64::new(0), Mutex::new(Vec::new()));
        Arc::new(Self { crossed, saboteur: Some(saboteur), seen, records: false })
    }

    /// Every crossing so far that was remembered.
    pub fn seen(&self) -> Vec<Crossing> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn cross(&self, process: &str, what: &str, about: &str, phase: Phase) -> InjectedFault {
        let number = self.crossed.fetch_add(1, Ordering::SeqCst) + 1;
        let Some(saboteur) = &self.saboteur else { return InjectedFault::Nothing };
        let (process, what, about) = (process.to_owned(), what.to_owned(), about.to_owned());
        let crossing = Crossing { number, process, what, about, phase };
        let fault = saboteur(&crossing);
        if self.records {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(crossing);
        }
        fault
    }
}

/// One simulated process. It dies or freezes as a whole.
pub struct Process {
    /// Name of the process, e.g. `saga-3`.
    pub name: String,
    function: Mutex<String>,
    boundaries: Arc<Boundaries>,
    dead: AtomicBool,
    death: Notify,
    frozen_until: Mutex<Option<tokio::time::Instant>>,
}

impl Process {
    /// A process that lives.
    pub fn new(name: String, boundaries: Arc<Boundaries>) -> Arc<Self> {
        let (dead, death) = (AtomicBool::new(false), Notify::new());
        Arc::new(Self { name, function: Mutex::default(), boundaries, dead, death, frozen_until: Mutex::new(None) })
    }

    /// From now on the process runs this function and has its rights. A person's process runs none.
    pub(super) fn runs(&self, function: &str) {
        function.clone_into(&mut self.function.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn function(&self) -> String {
        self.function.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when the process has died.
    pub async fn died(&self) {
        let death = self.death.notified();
        if self.is_dead() {
            return;
        }
        death.await;
    }

    /// Whether it has died.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Crosses a boundary toward a workspace or the web. `false` if the reply is lost here. Never returns once the
    /// process is dead.
    pub async fn cross(&self, what: &str, phase: Phase) -> bool {
        self.crosses(what, "", phase).await
    }

    /// Crosses a boundary toward AWS.
    async fn cross_to_aws(&self, call: &Call, phase: Phase) -> bool {
        self.crosses(&name(call), &call.subject, phase).await
    }

    async fn crosses(&self, what: &str, about: &str, phase: Phase) -> bool {
        self.thaw().await;
        let fault =
            if self.is_dead() { InjectedFault::Kill } else { self.boundaries.cross(&self.name, what, about, phase) };
        match fault {
            InjectedFault::Nothing => true,
            InjectedFault::LoseReply => phase != Phase::AfterEffect,
            InjectedFault::Kill => {
                self.dead.store(true, Ordering::SeqCst);
                self.death.notify_waiters();
                std::future::pending().await
            }
            InjectedFault::Freeze(time) => {
                let until = tokio::time::Instant::now() + time;
                *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
                self.thaw().await;
                true
            }
        }
    }

    /// Runs the work of the process. While the process is frozen nothing in it moves, its timers included. When it
    /// goes on, all due timers fire, and a request that was about to be sent is sent first.
    pub async fn carry_out<T>(&self, doing: impl Future<Output = T>) -> T {
        let mut doing = pin!(doing);
        let mut thaw = None;
        std::future::poll_fn(move |context| {
            if let Some(until) = self.frozen_until().filter(|until| *until > tokio::time::Instant::now()) {
                let thaw = thaw.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
                if thaw.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
            }
            thaw = None;
            doing.as_mut().poll(context)
        })
        .await
    }

    async fn thaw(&self) {
        if let Some(until) = self.frozen_until() {
            tokio::time::sleep_until(until).await;
        }
    }

    fn frozen_until(&self) -> Option<tokio::time::Instant> {
        *self.frozen_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wire from a process to AWS. Every request crosses the boundaries of the process and takes a little time.
pub struct ProcessWire {
    process: Arc<Process>,
    latency: Duration,
    told: Arc<dyn Fn(&str) + Send + Sync>,
    uses: Arc<Uses>,
}

impl ProcessWire {
    /// A wire on which each request takes `latency` in all. `told` is called with the operation of each request that
    /// had its effect. `uses` refuses requests that the process has no right to.
    pub(super) fn new(
        process: Arc<Process>,
        latency: Duration,
        told: Arc<dyn Fn(&str) + Send + Sync>,
        uses: Arc<Uses>,
    ) -> Self {
        Self { process, latency, told, uses }
    }
}

fn name(call: &Call) -> String {
    format!("{} {}", call.service, call.operation)
}

#[async_trait]
impl Wire for ProcessWire {
    async fn before(&self, call: &Call) -> Passage {
        let reached = tokio::time::Instant::now();
        self.process.cross_to_aws(call, Phase::Before).await;
        // A process that froze here sends its request the moment it goes on. Its time-outs fire too late to stop it.
        if tokio::time::Instant::now() == reached {
            tokio::time::sleep(self.latency / 2).await;
        }
        self.uses.judge(&self.process.function(), call).unwrap_or(Passage::Admission)
    }

    async fn after(&self, call: &Call) -> Passage {
        (self.told)(&call.operation);
        let arrives = self.process.cross_to_aws(call, Phase::AfterEffect).await;
        tokio::time::sleep(self.latency / 2).await;
        self.process.cross_to_aws(call, Phase::AfterReply).await;
        if arrives { Passage::Admission } else { Passage::Fail }
    }
}
