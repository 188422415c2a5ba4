//! Sets up a small pair, the deployed stack and a person, in virtual time, without a script.
//!
//! Law: a test does here only what a person or the cloud could do. It reads its results from the record, from the
//! simulated world, or from the boundaries that were crossed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::approvals::{AnswerError, RequestStatus, answer, at_terminal};
use engine::capture::capture;
use engine::ports::{Clock, SagaHead};
use engine::roles::{ResolvedPair, as_recorded};
use engine::start::{Draft, Order, draft, start};
use engine::view::{View, view};
use engine::{Deps, Settings, Watch};
use failover::plan::GO;
use failover::signal::Watched;
use failover::{FailoverPolicy, Operation, Side};
use jiff::Timestamp;
use local::clockwork::in_virtual_time;
use local::stack::sabotage::{Boundaries, Crossing, InjectedFault};
use local::stack::{Stack, StackParts, StoreKind};
use saga::SagaId;
use sim::{Estate, Limits, World};

use crate::parts::{BEGINS, clock, knowing, lock, parts};
use crate::quick::quick;

/// Decides which fault is injected at a crossing, from all crossings before it.
pub type InjectedFaults = dyn Fn(&[Seen], Timestamp, &Crossing) -> InjectedFault + Send + Sync;

/// A crossing, with its time.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its time.
    pub at: Timestamp,
    /// The crossing.
    pub crossing: Crossing,
}

/// The setup of a test.
pub struct Setup {
    /// The engine's durations, limits and guards.
    pub settings: Settings,
    /// The guards of the store that are switched off.
    pub weakened: aws::Weakened,
    /// Whether the leaving side is known to be well.
    pub planned: bool,
    /// The resources of the two workspaces.
    pub estate: Estate,
    /// The faults of the workspaces.
    pub faults: Vec<sim::Fault>,
    /// The delays of the workspaces.
    pub delays: sim::Delays,
    /// How the pair is watched, and who is asked.
    pub watch: Watch,
    /// The cloud and the region of each side, as providers name them.
    pub watched: Watched,
    /// Whether the schedule takes checkpoints.
    pub syncs: bool,
    /// The store that records everything.
    pub store: StoreKind,
    /// The faults at boundaries.
    pub injected_faults: Box<InjectedFaults>,
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
            watched: Watched::default(),
            syncs: false,
            store: StoreKind::Memory,
            injected_faults: Box::new(|_, _, _| InjectedFault::Nothing),
        }
    }
}

/// The pair of a test, with the stack and a person.
pub struct Ground {
    /// The deployed stack.
    pub stack: Arc<Stack>,
    /// The clock of all processes.
    pub clock: Arc<dyn Clock>,
    /// The person's own process.
    pub operator: Deps,
    planned: bool,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// Sets up a pair, and plays `acts` beside the running stack, in virtual time.
pub fn perform<T>(setup: Setup, api_calls: impl AsyncFnOnce(&Ground) -> T) -> T {
    in_virtual_time(async move {
        let ground = Ground::new(setup);
        let ended = tokio::select! {
            biased;
            ended = api_calls(&ground) => ended,
            () = ground.stack.run() => unreachable!("the stack runs for ever"),
        };
        assert_eq!(ground.stack.refused(), [""; 0], "the template lacks a right");
        ended
    })
    .expect("a runtime can be made")
}

impl Ground {
    fn new(setup: Setup) -> Self {
        let (begins, clock) = clock(BEGINS);
        let limits = Limits::default();
        let settings = knowing(&limits, setup.settings);
        let (faults, delays) = (setup.faults, setup.delays);
        let simulated = sim::Settings { limits, delays, faults, ..sim::Settings::default() };
        let world = World::new(1, setup.estate, simulated, begins.as_millisecond());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let boundaries = Boundaries::sabotaged({
            let (seen, clock, injected_faults) = (Arc::clone(&seen), Arc::clone(&clock), setup.injected_faults);
            Arc::new(move |crossing| {
                let mut seen = lock(&seen);
                let at = clock.now();
                let fault = injected_faults(&seen, at, crossing);
                seen.push(Seen { at, crossing: crossing.clone() });
                fault
            })
        });
        let parts = parts(world, Arc::clone(&clock));
        let stack = Stack::new(StackParts {
            boundaries,
            settings,
            policy: FailoverPolicy { planned: setup.planned, ..parts.policy },
            watch: setup.watch,
            watched: setup.watched,
            syncs: setup.syncs,
            store: setup.store,
            weakened: setup.weakened,
            ..parts
        })
        .expect("the stack can be built");
        let operator = stack.operator();
        Self { stack, clock, operator, planned: setup.planned, seen }
    }

    /// The crossings so far of the functions' processes.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }

    /// Waits.
    pub async fn admission(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The order of a failover from the primary.
    pub fn order(&self) -> Order {
        Order::of(Operation::Failover, Side::Primary, self.planned, "on-call", self.clock.now())
    }

    /// A drafted plan.
    pub async fn drafted(&self) -> Draft {
        draft(&self.operator, &self.order()).await.expect("a plan can be made")
    }

    /// Records a checkpoint, orders a failover and says yes to it.
    pub async fn begin(&self) -> SagaId {
        capture(&self.operator, Side::Primary).await.expect("the primary can be captured");
        let drafted = self.drafted().await;
        let saga = start(&self.operator, &self.order(), &drafted).await.expect("a saga can be started");
        self.asserts(&saga, "on-call", true, !self.planned).await.expect("its question is open");
        saga
    }

    /// Answers in a name without a code. No approver may be configured.
    pub async fn asserts(
        &self,
        saga: &SagaId,
        who: &str,
        approved: bool,
        accepts_risk: bool,
    ) -> Result<RequestStatus, AnswerError> {
        let proven = at_terminal(&self.operator, who, None)?;
        answer(&self.operator, saga, GO, &proven, approved, accepts_risk).await
    }

    /// Plays `acts` in a person's process that dies at its nth boundary. `false` if they had ended before.
    pub async fn dies_at<T>(&self, nth: u64, api_calls: impl AsyncFnOnce(&Deps) -> T) -> bool {
        let crossed = AtomicU64::new(0);
        let boundaries = Boundaries::sabotaged(Arc::new(move |_| {
            if crossed.fetch_add(1, Ordering::SeqCst) + 1 >= nth { InjectedFault::Kill } else { InjectedFault::Nothing }
        }));
        let (process, dying) = self.stack.operator_at(boundaries);
        tokio::select! {
            biased;
            () = process.died() => true,
            _ = api_calls(&dying) => false,
        }
    }

    /// The saga's head.
    pub async fn head(&self, saga: &SagaId) -> SagaHead {
        self.operator.sagas.head(saga).await.expect("the store answers").expect("the saga is on record")
    }

    /// The pair with the roles that are recorded now.
    pub async fn resolved(&self) -> ResolvedPair {
        as_recorded(&self.operator).await.expect("the store answers")
    }

    /// The saga as it is recorded.
    pub async fn view(&self, saga: &SagaId) -> View {
        view(&self.operator, Some(saga)).await.expect("the record holds").expect("the saga is on record")
    }
}
