//! Makes the plan of an order. It changes nothing.

use bytes::Bytes;
use failover::plan::FencedKind;
use failover::{Ask, Checkpoint, FailoverPolicy, Missing, Operation, PlanningError, StartStage};
use failover::{move_plan, standby_drill_plan};
use saga::{Plan, PlanHash, SagaId};

use super::free::{is_free, refuse_second_drill};
use super::homecoming::{past, refuse_unready};
use super::{Order, OrderError, StartError};
use crate::capture::{latest, list_side};
use crate::controls::open_lessons;
use crate::datasets::datasets;
use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{PairHead, Workspace};
use crate::roles::ResolvedPair;

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

/// Reads both sides and makes the plan. Changes nothing.
///
/// # Errors
///
/// [`StartError`].
pub async fn draft(deps: &Deps, order: &Order) -> Result<Draft, StartError> {
    let head = pair_head(deps).await?;
    let deps = &deps.resolve(&head);
    is_free(deps, &head)?;
    refuse_second_drill(&head, order)?;
    refuse_window(deps, order)?;
    let midway = order.operation == Operation::Failback && head.frozen && head.active != order.leaving;
    let in_place = order.operation == Operation::Promotion && head.active != order.leaving;
    if head.active != order.leaving && !midway && !in_place {
        let refused =
            if order.operation == Operation::Failback { PlanningError::AtHome } else { PlanningError::TargetIsActive };
        return Err(refused(order.leaving.other()).into());
    }
    let target = order.leaving.other();
    if order.operation == Operation::Failback {
        let alarms = head.drill.as_ref().map_or(&[][..], |record| &record.drill.outcome_alarms);
        refuse_unready(deps, target, midway, alarms).await?;
    }
    let leaving_time_out = if order.planned { deps.settings.call_time_out } else { deps.settings.dead_time_out };
    let (here, there, datasets) = futures::join!(
        list_side(deps, order.leaving, leaving_time_out),
        list_side(deps, target, deps.settings.call_time_out),
        datasets(deps, target),
    );
    let here = inventory(deps, order, &head, here).await?;
    let past = past(deps, order, &head, midway).await?;
    let made_at = deps.clock.now();
    let saga = SagaId(format!("{}-{}", deps.pair.name, made_at.strftime("%Y%m%dT%H%M%SZ")));
    let kinds = fenced_kinds(&**deps.sides().workspace(order.leaving));
    let policy = FailoverPolicy { planned: order.planned, fence_first: order.fence_first, ..deps.pair.policy.clone() };
    let action_kinds = deps.action_kinds();
    let lessons = open_lessons(deps).await?;
    let ask = Ask {
        saga,
        pair: &deps.pair.name,
        active: head.active,
        leaving: order.leaving,
        made_at,
        here: &here,
        there: &there,
        map: &deps.sides().map,
        kinds: &kinds,
        policy: &policy,
        lost_at: order.lost_at.unwrap_or(made_at),
        target_was_left: head.guard.as_ref().is_some_and(|guard| guard.side == target),
        addresses: &deps.sides().addresses,
        declarations: &deps.sides().declarations,
        action_kinds: &action_kinds,
        datasets: &datasets,
        operation: order.operation,
        window: order.window,
        approved: order.approved_with.is_some(),
        past: &past,
        lessons: &lessons,
    };
    let plan = if order.operation.moves_work() { move_plan(&ask)? } else { standby_drill_plan(&ask)? };
    let (bytes, hash) = plan.freeze().map_err(PlanningError::from)?;
    Ok(Draft { plan, inventory: here, target: there, bytes: bytes.into(), hash })
}

/// Refuses a window that the saga could not keep.
fn refuse_window(deps: &Deps, order: &Order) -> Result<(), OrderError> {
    let Some(window) = order.window else { return Ok(()) };
    let begin = window.from.max(deps.clock.now());
    match window.holds(begin) {
        Some(true) => Ok(()),
        Some(false) | None => Err(OrderError::Window(format!(
            "about {} minutes are needed, and it ends at {}: choose a longer or a later one",
            (window.needs_s + 59) / 60,
            window.until
        ))),
    }
}

fn fenced_kinds(workspace: &dyn Workspace) -> Vec<FencedKind<'static>> {
    let kinds = workspace.kinds().iter().filter(|kind| kind.fenced).map(|kind| {
        let is_compute = |s: &StartStage| matches!(s, StartStage::Pools | StartStage::Compute);
        FencedKind { name: kind.name, compute: kind.stages.iter().any(is_compute) }
    });
    kinds.collect()
}

/// The inventory of the leaving side: the parts that it still lists, and the recorded ones for the rest.
///
/// While deployments are frozen, a saga has begun to fence the active side and did not come to its end. A resource
/// that is off there now may have been on, so the record says what was active.
async fn inventory(
    deps: &ResolvedPair,
    order: &Order,
    head: &PairHead,
    fresh: Checkpoint,
) -> Result<Checkpoint, StartError> {
    let recorded = latest(deps, order.leaving).await?;
    let fresh = match &recorded {
        Some(recorded) => fresh.doubted(recorded),
        None => fresh,
    };
    let not_listed = fresh.missing.iter().find_map(|(kind, missing)| match missing {
        Missing::UnsupportedHere { .. } => None,
        Missing::NotListed { message } => Some(format!("{kind}: {message}")),
    });
    match (not_listed, recorded) {
        (Some(message), _) if order.planned => Err(OrderError::LeavingNotWell { side: order.leaving, message }.into()),
        (_, Some(recorded)) if head.frozen && head.active == order.leaving => Ok(recorded.with_new(&fresh)),
        (None, _) => Ok(fresh),
        (Some(_), Some(recorded)) => Ok(recorded.refreshed(&fresh)),
        (Some(_), None) => Err(OrderError::NoCheckpoint(order.leaving).into()),
    }
}
