//! Makes one drive: it takes the lease, loads the saga, works, records, and gives the lease back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use failover::plan::{About, EVERYTHING, want};
use failover::{Role, Side};
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use saga::{Plan, SagaId, Step, StepState};

use super::driven::Driven;
use super::external::{External, ExternalPass};
use super::lease::LeaseWatch;
use super::place::{Place, known_kinds};
use super::publication::Publication;
use super::read_batcher::ReadBatcher;
use super::rechecks::Rechecks;
use super::recorder::{Recorder, RunnerError};
use super::run::Run;
use crate::deps::Deps;
use crate::evidence_due::keep_due;
use crate::keys::plan_key;
use crate::limiter::request_admission::RequestAdmission;
use crate::ports::{PairHead, ReadPurpose, RequestState, SagaHead, SagaStatus, StoreError, TakeOver};
use crate::release::release_pair;
use crate::roles::ResolvedPair;

/// Drives a saga as far as it goes, for at most [`crate::Settings::drive_limit`].
///
/// # Errors
///
/// [`RunnerError`]: the reason why this runner had to stop. The saga itself is unharmed, and the next drive goes on from
/// the record.
pub async fn drive(deps: &Deps, saga: &SagaId, owner: &str) -> Result<Driven, RunnerError> {
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(Driven::Over) };
    if let SagaStatus::Finished(_) = head.status {
        release_pair(deps, saga).await?;
        keep_due(deps).await?;
        return Ok(Driven::Over);
    }
    let pair = deps.pairs.pair(&head.pair).await?;
    let names = |pair: PairHead| {
        pair.saga.as_ref() == Some(saga) || pair.guard.is_some_and(|guard| guard.saga.as_ref() == Some(saga))
    };
    if !pair.is_some_and(names) {
        return Ok(Driven::Over);
    }
    let now = deps.clock.now();
    if let Some(resting) = rests(deps, &head, now).await? {
        return Ok(resting);
    }
    let until = now.saturating_add(deps.settings.lease).unwrap_or(Timestamp::MAX);
    let lease = match deps.sagas.take(saga, owner, now, until, deps.settings.skew).await? {
        TakeOver::Taken(lease) => lease,
        TakeOver::Held { until } => return Ok(Driven::Held { until }),
        TakeOver::Over => return Ok(Driven::Over),
    };
    let watch = Arc::new(LeaseWatch::new(until));
    let bytes = deps.objects.get(&plan_key(saga)).await?;
    let bytes = bytes.ok_or_else(|| StoreError::Broken(format!("the frozen plan {} is gone", plan_key(saga))))?;
    let plan = Arc::new(Plan::thaw(&bytes, &lease.head.plan)?);
    drop(bytes);
    let about = About::of(&plan)?;
    // A saga keeps the role assignment that its plan was made with, also after a promotion.
    let deps = &deps.resolve_planned(&about);
    let (sagas, clock) = (Arc::clone(&deps.sagas), Arc::clone(&deps.clock));
    let recorder = Recorder::load(Arc::clone(&plan), &lease.head, sagas, clock, deps.settings.chunk()).await?;
    let places = places(deps, &plan, &about, &recorder, &watch);
    let read_batchers = join_all(places.values().map(|place| place.read_batcher.run()));
    let external = External {
        actions: deps.actions.clone(),
        admission: Arc::new(ExternalPass {
            clock: Arc::clone(&deps.clock),
            watch: Arc::clone(&watch),
            settings: Arc::clone(&deps.settings),
            time_out: deps.settings.call_time_out,
        }),
    };
    let publication = Publication {
        pair: lease.head.pair.clone(),
        saga: saga.clone(),
        clock: Arc::clone(&deps.clock),
        pairs: Arc::clone(&deps.pairs),
        objects: Arc::clone(&deps.objects),
        addresses: deps.sides().addresses.clone(),
    };
    let mut run = Run {
        deps,
        plan: &plan,
        about: &about,
        recorder,
        head: lease.head,
        watch,
        places: &places,
        external: &external,
        publication: &publication,
        attempts: FuturesUnordered::new(),
        rechecks: Rechecks::default(),
        begun: now,
        renew_at: now,
        intended: Vec::new(),
        asking: false,
        declined: false,
        orders: VecDeque::new(),
        orders_seen: None,
        quieting: false,
    };
    let driven = tokio::select! {
        biased;
        driven = run.drive() => driven,
        _ = read_batchers => Ok(Driven::HandedOver),
    };
    drop(run);
    drop(places);
    // The pair is free by now, whatever the result for the evidence (L9), and nothing of the drive is in memory.
    if driven == Ok(Driven::Over) {
        keep_due(deps).await?;
    }
    driven
}

/// Whether nothing is due, by the head alone. So idle ticks do constant work (L6).
async fn rests(deps: &Deps, head: &SagaHead, now: Timestamp) -> Result<Option<Driven>, StoreError> {
    if head.abort_by.is_some() || head.controls.waits() {
        return Ok(None);
    }
    if head.controls.held {
        return Ok(Some(Driven::Resting { until: None }));
    }
    if head.status == SagaStatus::Asking {
        let asked = deps.approval_requests.question(&head.saga, failover::plan::GO).await?;
        let answered = asked.is_some_and(|ask| match ask.state {
            RequestState::Open => false,
            RequestState::Answered(answer) => answer.approved,
            RequestState::Used(_) => true,
        });
        if answered {
            return Ok(None);
        }
        // A side that is fenced before the answer is also fenced while the question is open. A runner that died while
        // asking has not written what is due.
        let given_back = head.lease_until == Timestamp::UNIX_EPOCH;
        let due = !given_back || head.next_at.is_some_and(|at| at <= now);
        return Ok((!due).then_some(Driven::Resting { until: head.next_at }));
    }
    Ok(head.next_at.filter(|at| *at > now).map(|at| Driven::Resting { until: Some(at) }))
}

fn places(
    deps: &ResolvedPair,
    plan: &Plan,
    about: &About,
    recorder: &Recorder,
    watch: &Arc<LeaseWatch>,
) -> BTreeMap<&'static str, Place> {
    let (leaving, planned) = (about.leaving, about.planned);
    let place = |role: Role, side: Side| {
        let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
        let admits =
            |time_out| RequestAdmission::new(side.as_str(), clock, settings, Some(Arc::clone(watch)), time_out);
        let admission: Arc<dyn crate::ports::Admission> = Arc::new(match role {
            Role::Leaving if !planned => admits(deps.settings.dead_time_out).of_lost_side(),
            Role::Leaving | Role::Target => admits(deps.settings.call_time_out),
        });
        let workspace = Arc::clone(deps.sides().workspace(side));
        // Only a resource that is still to be fenced may start another. An action, or a resource that is set back,
        // does not.
        let is_fence = |step: &Step| step.want == want::FENCED;
        let open = plan.steps().filter(|(id, step)| {
            let settled = recorder.state.step(*id).is_some_and(|record| record.state.is_settled());
            step.place == role.as_str() && step.resource != EVERYTHING && is_fence(step) && !settled
        });
        let waived = plan.steps().filter(|(id, step)| {
            let waived = recorder.state.step(*id).is_some_and(|record| record.state == StepState::Waived);
            step.place == role.as_str() && waived
        });
        Place {
            waived: Mutex::new(waived.map(|(_, step)| (step.kind.as_str(), step.resource.as_str())).collect()),
            read_batcher: ReadBatcher::new(Arc::clone(&deps.clock), Arc::clone(&workspace), Arc::clone(&admission)),
            workspace,
            admission,
            read_purpose: match role {
                Role::Leaving => ReadPurpose::Fence,
                Role::Target => ReadPurpose::Start,
            },
            known: known_kinds(plan, role.as_str()),
            open: Mutex::new(open.map(|(_, step)| (step.kind.as_str(), step.resource.as_str())).collect()),
        }
    };
    BTreeMap::from([
        (Role::Leaving.as_str(), place(Role::Leaving, leaving)),
        (Role::Target.as_str(), place(Role::Target, leaving.other())),
    ])
}
