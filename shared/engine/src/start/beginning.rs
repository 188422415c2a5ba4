//! Begins a drafted saga: freezes its plan, takes the pair, asks the question.

use failover::plan::About;
use failover::{Clocks, Operation, PlanningError, Side};
use saga::SagaId;
use saga::bounds::{NAME, capped};

use super::free::{is_free, refuse_second_drill};
use super::{Draft, Order, OrderError, StartError};
use crate::approvals;
use crate::capture::CaptureError;
use crate::deps::Deps;
use crate::keys::{checkpoint_key, plan_key, prepared_key};
use crate::pair::pair_head;
use crate::ports::{ApprovalRequest, DrillRecord, PairHead, SagaHead, WayBack};
use crate::roles::ResolvedPair;
use crate::update::written;

/// Starts a drafted saga: freezes the plan, takes the pair, asks the question, wakes the saga.
///
/// Only the question comes after the pair is taken. So a crash anywhere leaves either no saga, or one that the next
/// tick finds and completes (S1).
///
/// # Errors
///
/// [`StartError`].
pub async fn start(deps: &Deps, order: &Order, draft: &Draft) -> Result<SagaId, StartError> {
    // A plan that no runner can read takes no pair.
    About::of(&draft.plan).map_err(PlanningError::from)?;
    let mut pair = pair_head(deps).await?;
    let deps = &deps.resolve(&pair);
    is_free(deps, &pair)?;
    refuse_second_drill(&pair, order)?;
    let saga = draft.plan.saga.clone();
    remember(deps, &pair, order, draft).await?;
    deps.objects.put_new(&plan_key(&saga), draft.bytes.clone()).await?;
    let clocks = Clocks { lost_at: order.lost_at, noticed_at: Some(order.noticed_at), ..Clocks::default() };
    let (pair_name, by) = (deps.pair.name.clone(), capped(&order.by, NAME));
    let head = SagaHead::new(pair_name, &draft.plan, draft.hash.clone(), by, clocks);
    deps.sagas.create(&head).await?;
    pair.saga = Some(saga.clone());
    of_drill(&mut pair, order, &saga);
    pair.revision += 1;
    if !written(deps.pairs.put_pair(&pair).await)? {
        let now = pair_head(deps).await?.saga;
        if now.as_ref() != Some(&saga) {
            let other = now.unwrap_or_else(|| SagaId("of another command".to_owned()));
            return Err(OrderError::AnotherSaga { pair: deps.pair.name.to_string(), saga: other }.into());
        }
    }
    let mut questions: Vec<&str> = draft.plan.stages.iter().flat_map(|s| s.gate.questions()).collect();
    questions.dedup();
    for question in questions {
        let ask = approvals::question_of(&draft.plan, &draft.hash, question, deps.clock.now(), deps)
            .map_err(PlanningError::from)?;
        let ask = ApprovalRequest { veto_until: order.veto_until, ..ask };
        deps.approval_requests.ask(&ask).await?;
    }
    // The tick makes up for a lost wake message.
    deps.waker.wake(&saga).await.ok();
    Ok(saga)
}

/// Records what was active before anything was fenced, however this saga ends. Also records the state of a prepared
/// standby from before work came to it (R41).
async fn remember(deps: &ResolvedPair, pair: &PairHead, order: &Order, draft: &Draft) -> Result<(), StartError> {
    let moves = order.operation.moves_work() && pair.active == order.leaving;
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

/// Records a full drill with its way out. A later saga during the drill is recorded as its way back.
fn of_drill(pair: &mut PairHead, order: &Order, saga: &SagaId) {
    match (&mut pair.drill, order.operation) {
        (Some(drill), operation) => {
            // If a way back is recorded already, the work is back. Only the drill's result is not recorded yet.
            drill.back.get_or_insert_with(|| WayBack { saga: saga.clone(), operation });
            drill.refused = None;
        }
        (drill @ None, Operation::Drill) => {
            *drill = Some(DrillRecord {
                drill: order.drill.clone().unwrap_or_default(),
                by: capped(&order.by, NAME),
                out: saga.clone(),
                back: None,
                turned_back: None,
                refused: None,
            });
        }
        (None, Operation::Failover | Operation::Failback | Operation::Promotion | Operation::StandbyDrill) => {}
    }
}
