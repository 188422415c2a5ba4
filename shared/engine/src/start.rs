//! Starting a failover: look, plan, freeze, take the pair.

use failover::plan::{FencedKind, stage};
use failover::verdict::CoolDown;
use failover::{Ask, Checkpoint, Clocks, PlanRefused, Side, StartStage, failover_plan};
use jiff::Timestamp;
use saga::{Plan, PlanHash, SagaId};

use crate::approvals;
use crate::capture::{CaptureError, checkpoint_key, latest, list_side};
use crate::datasets::datasets;
use crate::deps::Deps;
use crate::ports::{AskItem, GuardRecord, PairHead, STORE_VERSION, SagaHead, SagaStatus, StoreError};

/// The key of a saga's frozen plan.
pub fn plan_key(saga: &SagaId) -> String {
    format!("sagas/{saga}/plan.json")
}

/// What a person or a verdict asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which side the work shall leave.
    pub leaving: Side,
    /// The leaving side is well: verify before anything starts.
    pub planned: bool,
    /// Who or what orders it.
    pub by: String,
    /// When the leaving side was lost, if that is known.
    pub lost_at: Option<Timestamp>,
    /// When the first signal came.
    pub noticed_at: Timestamp,
    /// The leaving side is fenced before the question is answered; nothing is started before.
    pub fence_first: bool,
    /// The saga begins then, unless somebody says no; `None`: a person must say yes.
    pub veto_until: Option<Timestamp>,
}

/// Why nothing was started. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartRefused {
    /// The pair has an unfinished saga (S1).
    #[error("pair {pair} already has the unfinished saga {saga}: follow it with `switchback status`, or end it first")]
    AnotherSaga {
        /// Which pair.
        pair: String,
        /// Which saga.
        saga: SagaId,
    },
    /// The guard is fencing the very side that work shall go to.
    #[error("the guard is fencing the {side} in its round {saga}: order again when that has ended, in some minutes")]
    GuardUnderWay {
        /// Which side.
        side: Side,
        /// Which round.
        saga: SagaId,
    },
    /// A person has stopped everything but looking.
    #[error("{by} froze the pair: {why}. `switchback thaw` ends that")]
    Frozen {
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// There is no inventory of the leaving side.
    #[error("there is no checkpoint of the {0} and it does not answer: without one nobody knows what was active there")]
    NoCheckpoint(Side),
    /// The leaving side must be listed in full for a planned failover.
    #[error("a planned failover needs the {side} to answer in full, and it does not: {message}")]
    LeavingNotWell {
        /// Which side.
        side: Side,
        /// What it did not list.
        message: String,
    },
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanRefused),
    /// A checkpoint could not be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A plan that is not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The plan.
    pub plan: Plan,
    /// What it was made from: what the leaving side has and had active.
    pub inventory: Checkpoint,
    /// Its bytes,
    pub bytes: Vec<u8>,
    /// and their hash.
    pub hash: PlanHash,
}

/// Looks at both sides and makes the plan. Changes nothing.
///
/// # Errors
///
/// [`StartRefused`].
pub async fn draft(deps: &Deps, order: &Order) -> Result<Draft, StartRefused> {
    let head = pair_head(deps).await?;
    is_free(deps, &head)?;
    if head.active != order.leaving {
        return Err(PlanRefused::TargetIsActive(order.leaving.other()).into());
    }
    let target = order.leaving.other();
    let leaving_time_out = if order.planned { deps.settings.call_time_out } else { deps.settings.dead_time_out };
    let (here, there, datasets) = futures::join!(
        list_side(deps, order.leaving, leaving_time_out),
        list_side(deps, target, deps.settings.call_time_out),
        datasets(deps, target),
    );
    let here = inventory(deps, order, &head, here).await?;
    let made_at = deps.clock.now();
    let saga = SagaId(format!("{}-{}", deps.pair.name, made_at.strftime("%Y%m%dT%H%M%SZ")));
    let kinds: Vec<FencedKind<'_>> = deps
        .pair
        .side(order.leaving)
        .kinds()
        .iter()
        .filter(|k| k.fenced)
        .map(|kind| {
            let is_compute = |s: &StartStage| matches!(s, StartStage::Pools | StartStage::Compute);
            FencedKind { name: kind.name, compute: kind.stages.iter().any(is_compute) }
        })
        .collect();
    let policy =
        failover::FailoverPolicy { planned: order.planned, fence_first: order.fence_first, ..deps.pair.policy.clone() };
    let plan = failover_plan(&Ask {
        saga,
        pair: &deps.pair.name,
        active: head.active,
        leaving: order.leaving,
        made_at,
        here: &here,
        there: &there,
        map: &deps.pair.map,
        kinds: &kinds,
        policy: &policy,
        lost_at: order.lost_at.unwrap_or(made_at),
        target_was_left: head.guard.as_ref().is_some_and(|guard| guard.side == target),
        addresses: &deps.pair.addresses,
        arrangements: &deps.pair.arrangements,
        errand_kinds: &deps.errand_kinds(),
        datasets: &datasets,
    })?;
    debug_assert!(plan.stages.iter().any(|s| s.name == stage::FENCE));
    let (bytes, hash) = plan.freeze().map_err(PlanRefused::from)?;
    Ok(Draft { plan, inventory: here, bytes, hash })
}

/// Whether a saga may begin: none is under way (S1), and nobody is fencing the side that work shall go to.
fn is_free(deps: &Deps, head: &PairHead) -> Result<(), StartRefused> {
    if let Some(saga) = &head.saga {
        return Err(StartRefused::AnotherSaga { pair: deps.pair.name.to_string(), saga: saga.clone() });
    }
    if let Some(freeze) = &head.freeze {
        return Err(StartRefused::Frozen { by: freeze.by.clone(), why: freeze.why.clone() });
    }
    match &head.guard {
        Some(GuardRecord { side, saga: Some(saga), .. }) if *side == head.active.other() => {
            Err(StartRefused::GuardUnderWay { side: *side, saga: saga.clone() })
        }
        Some(_) | None => Ok(()),
    }
}

/// What the leaving side has: what it still tells, and for the rest what was recorded.
///
/// While deployments are frozen a saga has begun to fence the active side and did not come
/// to its end: what is off there now may have been on, so the record tells what was active.
async fn inventory(deps: &Deps, order: &Order, head: &PairHead, fresh: Checkpoint) -> Result<Checkpoint, StartRefused> {
    let recorded = latest(deps, order.leaving).await?;
    let fresh = match &recorded {
        Some(recorded) => fresh.doubted(recorded),
        None => fresh,
    };
    let not_listed = fresh.missing.iter().find_map(|(kind, missing)| match missing {
        failover::Missing::UnsupportedHere { .. } => None,
        failover::Missing::NotListed { message } => Some(format!("{kind}: {message}")),
    });
    match (not_listed, recorded) {
        (Some(message), _) if order.planned => Err(StartRefused::LeavingNotWell { side: order.leaving, message }),
        (_, Some(recorded)) if head.frozen => Ok(recorded.with_new(&fresh)),
        (None, _) => Ok(fresh),
        (Some(_), Some(recorded)) => Ok(recorded.refreshed(&fresh)),
        (Some(_), None) => Err(StartRefused::NoCheckpoint(order.leaving)),
    }
}

/// Starts a drafted failover: freezes the plan, takes the pair, asks the question, wakes the saga.
///
/// The pair is taken last but for the question, so that a crash anywhere leaves
/// either no saga at all or one that the next tick finds and completes (S1).
///
/// # Errors
///
/// [`StartRefused`].
pub async fn start(deps: &Deps, order: &Order, draft: &Draft) -> Result<SagaId, StartRefused> {
    let mut pair = pair_head(deps).await?;
    is_free(deps, &pair)?;
    let saga = draft.plan.saga.clone();
    if draft.inventory.is_whole() {
        // What was active before anything was fenced is known from here on, whatever becomes of this saga.
        let key = checkpoint_key(&deps.pair.name, order.leaving);
        let bytes = draft.inventory.to_bytes().map_err(CaptureError::from)?;
        deps.objects.put(&key, bytes).await?;
    }
    deps.objects.put_new(&plan_key(&saga), draft.bytes.clone()).await?;
    let clocks = Clocks { lost_at: order.lost_at, noticed_at: Some(order.noticed_at), ..Clocks::default() };
    deps.sagas
        .create(&SagaHead {
            version: STORE_VERSION,
            saga: saga.clone(),
            pair: deps.pair.name.clone(),
            kind: draft.plan.kind.clone(),
            plan: draft.hash.clone(),
            by: order.by.clone(),
            status: SagaStatus::Running,
            epoch: 0,
            owner: String::new(),
            lease_until: Timestamp::UNIX_EPOCH,
            next_at: None,
            abort_by: None,
            tally: saga::State::new(&draft.plan).tally(),
            clocks,
        })
        .await?;
    pair.saga = Some(saga.clone());
    pair.revision += 1;
    match deps.pairs.put_pair(&pair).await {
        Ok(()) => {}
        Err(StoreError::Refused(_)) => {
            let now = pair_head(deps).await?.saga;
            if now.as_ref() != Some(&saga) {
                let other = now.unwrap_or_else(|| SagaId("of another command".to_owned()));
                return Err(StartRefused::AnotherSaga { pair: deps.pair.name.to_string(), saga: other });
            }
        }
        Err(other) => return Err(other.into()),
    }
    for question in draft.plan.stages.iter().flat_map(|s| s.gate.questions()) {
        let ask = approvals::question_of(&draft.plan, &draft.hash, question, deps.clock.now(), deps);
        let ask = AskItem { veto_until: order.veto_until, ..ask };
        deps.asks.ask(&ask).await?;
    }
    // A lost wake-up is made up for by the tick.
    deps.waker.wake(&saga).await.ok();
    Ok(saga)
}

/// The pair as recorded; a pair of which nothing is recorded works on its primary.
///
/// # Errors
///
/// [`StoreError`].
pub async fn pair_head(deps: &Deps) -> Result<PairHead, StoreError> {
    let recorded = deps.pairs.pair(&deps.pair.name).await?;
    Ok(recorded.unwrap_or_else(|| PairHead {
        version: STORE_VERSION,
        pair: deps.pair.name.clone(),
        active: Side::Primary,
        saga: None,
        frozen: false,
        guard: None,
        freeze: None,
        cool_down: None,
        revision: 0,
    }))
}

/// Lets the pair go when its saga is finished, or the guard when its round is.
pub(crate) async fn release_pair(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    let held = pair_head(deps).await?;
    if held.unfinished().any(|unfinished| unfinished == saga) {
        crate::evidence::keep_before_release(deps, saga).await?;
    }
    // Keeping took a while: whatever changed meanwhile stays.
    let mut head = pair_head(deps).await?;
    let of_guard = head.guard.as_mut().filter(|guard| guard.saga.as_ref() == Some(saga));
    if let Some(guard) = of_guard {
        guard.saga = None;
    } else if head.saga.as_ref() == Some(saga) {
        head.saga = None;
        let seconds = jiff::SignedDuration::from_secs(deps.pair.watch.policy.cool_down_s);
        let until = deps.clock.now().saturating_add(seconds).unwrap_or(Timestamp::MAX);
        head.cool_down = Some(CoolDown { saga: saga.clone(), until, acknowledged_by: None });
    } else {
        return Ok(());
    }
    head.revision += 1;
    match deps.pairs.put_pair(&head).await {
        // Somebody else has let it go, or our own reply was lost; if neither, the next tick does.
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}
