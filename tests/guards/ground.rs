//! Sets up a small pair, the deployed stack and a person, in virtual time, without a script.
//!
//! Law: a test does here only what a person or the cloud could do. It reads its results from the record, from the
//! simulated world, or from the boundaries that were crossed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::approvals::{NotAnswered, Standing, answer, at_terminal};
use engine::capture::capture;
use engine::ports::{Clock, SagaHead};
use engine::start::{Draft, Order, draft, start};
use engine::view::{View, view};
use engine::{Deps, Settings, Watch};
use failover::plan::GO;
use failover::{Course, FailoverPolicy, Side};
use jiff::{SignedDuration, Timestamp};
use local::clockwork::in_virtual_time;
use local::stack::sabotage::{Boundaries, Crossing, Deed};
use local::stack::{Delivery, Stack, StackParts, StoreKind};
use rim::SystemClock;
use saga::SagaId;
use sim::{Estate, Limits, World};

use crate::quick::quick;

/// Begin of every test: a Monday morning.
pub(crate) const BEGINS: &str = "2026-01-05T08:00:00Z";

/// Decides which fault is injected at a crossing, from all crossings before it.
pub(crate) type Deeds = dyn Fn(&[Seen], Timestamp, &Crossing) -> Deed + Send + Sync;

/// A crossing, with its time.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Timestamp,
    pub(crate) crossing: Crossing,
}

/// The setup of a test.
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) weakened: aws::Weakened,
    pub(crate) planned: bool,
    pub(crate) estate: Estate,
    pub(crate) faults: Vec<sim::Fault>,
    pub(crate) delays: sim::Delays,
    pub(crate) watch: Watch,
    pub(crate) syncs: bool,
    pub(crate) store: StoreKind,
    pub(crate) deeds: Box<Deeds>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            weakened: aws::Weakened::default(),
            planned: true,
            estate: Estate::small(),
            faults: Vec::new(),
            delays: quick(),
            watch: Watch::default(),
            syncs: false,
            store: StoreKind::Memory,
            deeds: Box::new(|_, _, _| Deed::Nothing),
        }
    }
}

/// The pair of a test, with the stack and a person.
pub(crate) struct Ground {
    pub(crate) stack: Arc<Stack>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) operator: Deps,
    planned: bool,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// Sets up a pair, and plays `acts` beside the running stack, in virtual time.
pub(crate) fn perform<T>(setup: Setup, acts: impl AsyncFnOnce(&Ground) -> T) -> T {
    in_virtual_time(async move {
        let ground = Ground::new(setup);
        let ended = tokio::select! {
            biased;
            ended = acts(&ground) => ended,
            () = ground.stack.run() => unreachable!("the stack runs for ever"),
        };
        assert_eq!(ground.stack.refused(), [""; 0], "the template lacks a right");
        ended
    })
    .expect("a runtime can be made")
}

impl Ground {
    fn new(setup: Setup) -> Self {
        let begins: Timestamp = BEGINS.parse().expect("a time");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(begins));
        let limits = Limits::default();
        let mut settings = setup.settings;
        for (family, rate) in &limits.per_second {
            settings.limits.entry((*family).to_owned()).or_insert(*rate);
        }
        let (faults, delays) = (setup.faults, setup.delays);
        let simulated = sim::Settings { limits, delays, faults, ..sim::Settings::default() };
        let world = Arc::new(Mutex::new(World::new(1, setup.estate, simulated, begins.as_millisecond())));
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let boundaries = Boundaries::sabotaged({
            let (seen, clock, deeds) = (Arc::clone(&seen), Arc::clone(&clock), setup.deeds);
            Arc::new(move |crossing| {
                let mut seen = lock(&seen);
                let at = clock.now();
                let deed = deeds(&seen, at, crossing);
                seen.push(Seen { at, crossing: crossing.clone() });
                deed
            })
        });
        let stack = Stack::new(StackParts {
            world,
            clock: Arc::clone(&clock),
            boundaries,
            settings,
            map: Vec::new(),
            policy: FailoverPolicy {
                planned: setup.planned,
                run_interrupted_again: true,
                checkpoint_age: SignedDuration::from_mins(60),
                fence_first: false,
            },
            cloud: Arc::new(std::sync::Mutex::new(sim::Cloud::new(sim::CloudSettings::default()))),
            arrangements: failover::errand::Arrangements::default(),
            watch: setup.watch,
            looks: false,
            probes: false,
            syncs: setup.syncs,
            delivery: Delivery::default(),
            store: setup.store,
            draws: true,
            weakened: setup.weakened,
        })
        .expect("the stack can be built");
        let operator = stack.operator();
        Self { stack, clock, operator, planned: setup.planned, seen }
    }

    /// The crossings so far of the functions' processes.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    /// Waits.
    pub(crate) async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The order of a failover from the primary.
    pub(crate) fn order(&self) -> Order {
        Order::of(Course::Failover, Side::Primary, self.planned, "on-call", self.clock.now())
    }

    /// A drafted plan.
    pub(crate) async fn drafted(&self) -> Draft {
        draft(&self.operator, &self.order()).await.expect("a plan can be made")
    }

    /// Records a checkpoint, orders a failover and says yes to it.
    pub(crate) async fn begin(&self) -> SagaId {
        capture(&self.operator, Side::Primary).await.expect("the primary can be captured");
        let drafted = self.drafted().await;
        let saga = start(&self.operator, &self.order(), &drafted).await.expect("a saga can be started");
        self.asserts(&saga, "on-call", true, !self.planned).await.expect("its question is open");
        saga
    }

    /// Answers in a name without a code. No approver may be configured.
    pub(crate) async fn asserts(
        &self,
        saga: &SagaId,
        who: &str,
        approved: bool,
        accepts_risk: bool,
    ) -> Result<Standing, NotAnswered> {
        let proven = at_terminal(&self.operator, who, None)?;
        answer(&self.operator, saga, GO, &proven, approved, accepts_risk).await
    }

    /// The saga's head.
    pub(crate) async fn head(&self, saga: &SagaId) -> SagaHead {
        self.operator.sagas.head(saga).await.expect("the store answers").expect("the saga is on record")
    }

    /// The saga as it is recorded.
    pub(crate) async fn view(&self, saga: &SagaId) -> View {
        view(&self.operator, Some(saga)).await.expect("the record holds").expect("the saga is on record")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
