//! Starts a saga: reads the sides, plans, freezes the plan, takes the pair.

mod drafting;
mod homecoming;
mod order;
mod refusals;

use bytes::Bytes;
use failover::verdict::CoolDown;
use failover::{Checkpoint, Clocks, Course, Side};
use jiff::Timestamp;
use saga::bounds::{NAME, capped};
use saga::{Plan, PlanHash, SagaId};

use drafting::refuse_second_drill;

pub use drafting::draft;
pub use order::Order;
pub use refusals::StartRefused;

use crate::approvals;
use crate::capture::CaptureError;
use crate::deps::Deps;
use crate::evidence_due;
use crate::keys::{checkpoint_key, plan_key, prepared_key};
use crate::ports::{
    AskItem, ControlCount, DrillRecord, GuardRecord, PairHead, STORE_VERSION, SagaHead, SagaStatus, StoreError, WayBack,
};

/// A plan that is not started yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The plan.
    pub plan: Plan,
    /// The inventory that the plan was made from: the resources of the leaving side, and which of them were active.
    pub inventory: Checkpoint,
    /// The inventory of the target.
    pub target: Checkpoint,
    /// The bytes of the plan.
    pub bytes: Bytes,
    /// The hash of these bytes.
    pub hash: PlanHash,
}

/// Starts a drafted saga: freezes the plan, takes the pair, asks the question, wakes the saga.
///
/// Only the question comes after the pair is taken. So a crash anywhere leaves either no saga, or one that the next
/// tick finds and completes (S1).
///
/// # Errors
///
/// [`StartRefused`].
pub async fn start(deps: &Deps, order: &Order, draft: &Draft) -> Result<SagaId, StartRefused> {
    let mut pair = pair_head(deps).await?;
    let deps = &deps.as_recorded(&pair);
    is_free(deps, &pair)?;
    refuse_second_drill(&pair, order)?;
    let saga = draft.plan.saga.clone();
    remember(deps, &pair, order, draft).await?;
    deps.objects.put_new(&plan_key(&saga), draft.bytes.clone()).await?;
    let clocks = Clocks { lost_at: order.lost_at, noticed_at: Some(order.noticed_at), ..Clocks::default() };
    deps.sagas
        .create(&SagaHead {
            version: STORE_VERSION,
            saga: saga.clone(),
            pair: deps.pair.name.clone(),
            kind: draft.plan.kind.clone(),
            plan: draft.hash.clone(),
            by: capped(&order.by, NAME),
            status: SagaStatus::Running,
            epoch: 0,
            owner: String::new(),
            lease_until: Timestamp::UNIX_EPOCH,
            next_at: None,
            abort_by: None,
            abort_why: None,
            controls: ControlCount::default(),
            tally: saga::State::new(&draft.plan).tally(),
            clocks,
        })
        .await?;
    pair.saga = Some(saga.clone());
    of_drill(&mut pair, order, &saga);
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
    let mut questions: Vec<&str> = draft.plan.stages.iter().flat_map(|s| s.gate.questions()).collect();
    questions.dedup();
    for question in questions {
        let ask = approvals::question_of(&draft.plan, &draft.hash, question, deps.clock.now(), deps);
        let ask = AskItem { veto_until: order.veto_until, ..ask };
        deps.asks.ask(&ask).await?;
    }
    // The tick makes up for a lost wake message.
    deps.waker.wake(&saga).await.ok();
    Ok(saga)
}

/// Records what was active before anything was fenced, however this saga ends. Also records the state of a prepared
/// standby from before work came to it (R41).
async fn remember(deps: &Deps, pair: &PairHead, order: &Order, draft: &Draft) -> Result<(), StartRefused> {
    let moves = match order.course {
        Course::Failover | Course::Failback | Course::Promotion | Course::Drill => pair.active == order.leaving,
        Course::StandbyDrill => false,
    };
    if moves && draft.inventory.is_whole() {
        let bytes = draft.inventory.to_bytes().map_err(CaptureError::from)?;
        deps.objects.put(&checkpoint_key(deps, order.leaving), bytes.into()).await?;
    }
    let target = order.leaving.other();
    // While deployments are frozen, an earlier saga has begun to start work there, so the standby is no longer
    // prepared.
    if moves && target == Side::Standby && !pair.frozen && draft.target.is_whole() {
        let bytes = draft.target.to_bytes().map_err(CaptureError::from)?;
        deps.objects.put(&prepared_key(deps, target), bytes.into()).await?;
    }
    Ok(())
}

/// The pair as recorded. A pair without a record works on its primary.
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
        homes: None,
        last: None,
        drill: None,
        evidence_due: Vec::new(),
        revision: 0,
    }))
}

/// Records a full drill with its way out. A later saga during the drill is recorded as its way back.
fn of_drill(pair: &mut PairHead, order: &Order, saga: &SagaId) {
    match (&mut pair.drill, order.course) {
        (Some(drill), course) => {
            // If a way back is recorded already, the work is back. Only the drill's result is not recorded yet.
            drill.back.get_or_insert_with(|| WayBack { saga: saga.clone(), course });
            drill.refused = None;
        }
        (drill @ None, Course::Drill) => {
            *drill = Some(DrillRecord {
                drill: order.drill.clone().unwrap_or_default(),
                by: capped(&order.by, NAME),
                out: saga.clone(),
                back: None,
                turned_back: None,
                refused: None,
            });
        }
        (None, Course::Failover | Course::Failback | Course::Promotion | Course::StandbyDrill) => {}
    }
}

/// The most tries of a change of the pair after somebody else wrote first.
const TRIES: u32 = 8;

/// Changes the pair's head on the condition that nobody else has changed it since it was read. `false`: there was
/// nothing to change.
///
/// # Errors
///
/// [`StoreError`].
pub(crate) async fn change_pair(deps: &Deps, with: impl Fn(&mut PairHead) -> bool) -> Result<bool, StoreError> {
    for _ in 0..TRIES {
        let mut head = pair_head(deps).await?;
        if !with(&mut head) {
            return Ok(false);
        }
        head.revision += 1;
        match deps.pairs.put_pair(&head).await {
            Ok(()) => return Ok(true),
            Err(StoreError::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Err(StoreError::Again(format!("the head of pair {}", deps.pair.name)))
}

/// Releases the pair when its saga is finished, or the guard when its round is finished. The same write marks the
/// evidence as due (L9).
pub(crate) async fn release_pair(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    let mut head = pair_head(deps).await?;
    let of_guard = head.guard.as_mut().filter(|guard| guard.saga.as_ref() == Some(saga));
    if let Some(guard) = of_guard {
        guard.saga = None;
    } else if head.saga.as_ref() == Some(saga) {
        head.saga = None;
        head.last = Some(saga.clone());
        let seconds = jiff::SignedDuration::from_secs(deps.pair.watch.policy.cool_down_s);
        if let Some(moved_at) = moved_at(deps, saga).await? {
            let until = moved_at.saturating_add(seconds).unwrap_or(Timestamp::MAX);
            head.cool_down = Some(CoolDown { saga: saga.clone(), until, acknowledged_by: None });
        }
    } else {
        return Ok(());
    }
    #[cfg(feature = "mutants")]
    if deps.settings.restored.evidence_first {
        evidence_due::keep_first(deps, saga).await?;
    }
    evidence_due::mark(&mut head, saga, deps.clock.now());
    head.revision += 1;
    match deps.pairs.put_pair(&head).await {
        // Somebody else has released it, or our own reply was lost. If neither is true, the next tick releases it.
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The time when the work was moved, at which the cool-down begins. A failback that waited for lessons counts from
/// the time when the work was back. A drill on the standby alone has moved nothing.
async fn moved_at(deps: &Deps, saga: &SagaId) -> Result<Option<Timestamp>, StoreError> {
    let now = deps.clock.now();
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(Some(now)) };
    if head.kind == Course::StandbyDrill.as_str() {
        return Ok(None);
    }
    let at_home = head.clocks.validated_at.filter(|_| head.kind == Course::Failback.as_str());
    Ok(Some(at_home.unwrap_or(now)))
}

/// Whether a saga may begin: no saga is under way (S1), automation is not paused, and the guard is not fencing the
/// target.
pub(super) fn is_free(deps: &Deps, head: &PairHead) -> Result<(), StartRefused> {
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
