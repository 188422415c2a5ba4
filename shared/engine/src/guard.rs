//! Guards a fenced side: reads it again and again, for as long as it is the inactive one.
//!
//! A deployment, or a person, may switch something on there again. The guard fences it again by a *round*: a saga of
//! its own that only fences and sends messages, so that it is recorded, resumed and shown like any other. A round is
//! not the pair's one saga (S1), which may run beside it. A round never touches a side that work is going to.

use std::collections::BTreeSet;
use std::sync::Arc;

use failover::plan::guard::{GuardAsk, Offender, guard_plan};
use failover::plan::{About, want};
use failover::{Clocks, ResourceKey, Side};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Plan, Reaction, SagaId, Step, StepState};

use crate::capture::never_had;
use crate::deps::Deps;
use crate::keys::plan_key;
use crate::limiter::request_admission::RequestAdmission;
use crate::ports::{Context, Next, Observed, PairHead, ReadPurpose, SagaHead, SagaStatus, StoreError, Workspace};
use crate::roles::ResolvedPair;
use crate::update::written;

/// The result of a check by the guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// No side is guarded, or the next check is not due yet.
    NotDue,
    /// A saga under way fences the whole side by itself or moves work to it, so the guard did not read it.
    LeftToSaga {
        /// The side.
        side: Side,
        /// The saga.
        saga: SagaId,
    },
    /// The guard has nothing to fence there. `unseen` names what was not read, and what the guard does not fence
    /// (S32).
    Quiet {
        /// The side.
        side: Side,
        /// Kinds that could not be listed, and resources that are on but are left to a saga or cannot be fenced by a
        /// call. Each has its reason.
        unseen: Vec<String>,
    },
    /// Something is on there, and a round has begun to fence it again.
    Round {
        /// The side.
        side: Side,
        /// The round's saga.
        saga: SagaId,
        /// The number of resources that are on.
        found: usize,
    },
}

/// Checks the side that the pair's head names as guarded, if the last check is at least `every` ago. Begins a round
/// if something is on there.
///
/// # Errors
///
/// [`StoreError`]. A side that does not answer is no error.
pub async fn guard(deps: &Deps, mut head: PairHead, every: SignedDuration) -> Result<Guarded, StoreError> {
    let deps = &deps.resolve(&head);
    let now = deps.clock.now();
    let Some(record) = head.guard.as_mut().filter(|record| record.side == head.active.other()) else {
        return Ok(Guarded::NotDue);
    };
    let due = now.duration_since(record.looked_at) >= every;
    if !due || record.saga.is_some() {
        return Ok(Guarded::NotDue);
    }
    let side = record.side;
    record.looked_at = now;
    let Some(left) = left_to_saga(deps, head.saga.as_ref(), side).await? else {
        let saga = head.saga.clone();
        return Ok(saga.map_or(Guarded::NotDue, |saga| Guarded::LeftToSaga { side, saga }));
    };
    // Only the first to write this reads the side. A tick beside it has nothing to do.
    if !put(deps, &mut head).await? {
        return Ok(Guarded::NotDue);
    }
    let (offenders, unseen) = offenders(deps, side, &left).await;
    if offenders.is_empty() {
        return Ok(Guarded::Quiet { side, unseen });
    }
    begin(deps, head, side, &offenders).await
}

/// The resources that a saga under way fences by itself.
#[derive(Debug, Default)]
pub(crate) struct LeftToSaga {
    saga: String,
    open: BTreeSet<ResourceKey>,
}

/// The part that is left to a saga under way. `None`: the saga takes care of the whole side, or work is going there.
async fn left_to_saga(deps: &Deps, saga: Option<&SagaId>, side: Side) -> Result<Option<LeftToSaga>, StoreError> {
    let Some(saga) = saga else { return Ok(Some(LeftToSaga::default())) };
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(None) };
    // A saga that moves work lists the side itself until it finds nothing there.
    if head.status != SagaStatus::PersonNeeded {
        return Ok(None);
    }
    let Some(bytes) = deps.objects.get(&plan_key(saga)).await? else { return Ok(None) };
    let Ok(plan) = Plan::thaw(&bytes, &head.plan) else { return Ok(None) };
    if About::of(&plan).map_err(|e| StoreError::Broken(e.to_string()))?.leaving != side {
        return Ok(None);
    }
    let leaving = failover::Role::Leaving.as_str();
    let settled: BTreeSet<_> = deps
        .sagas
        .steps(saga)
        .await?
        .into_iter()
        .filter(|item| matches!(item.record.state, StepState::Done | StepState::Waived))
        .map(|item| item.step)
        .collect();
    let open = plan.steps().filter(|(id, step)| step.place == leaving && !settled.contains(id));
    let open = open.map(|(_, step)| ResourceKey::new(&step.kind, &step.resource)).collect();
    Ok(Some(LeftToSaga { saga: saga.to_string(), open }))
}

/// Finds the resources that are on at a side and can be fenced, and names those that were not read or are left to a
/// saga.
pub(crate) async fn offenders(deps: &ResolvedPair, side: Side, left: &LeftToSaga) -> (Vec<Offender>, Vec<String>) {
    let workspace = deps.sides().workspace(side);
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let admission = RequestAdmission::new(side.as_str(), clock, settings, None, deps.settings.dead_time_out);
    let kinds = workspace.kinds().iter().filter(|kind| kind.fenced);
    let listings = kinds.map(|kind| {
        let admission = &admission;
        async move { (kind.name, workspace.list(kind.name, ReadPurpose::Fence, admission).await) }
    });
    let (mut there, mut unseen) = (Vec::new(), Vec::new());
    for (kind, listed) in join_all(listings).await {
        match listed {
            Ok(seen) => there.extend(seen),
            Err(fault) if fault.reaction == Reaction::UnsupportedHere && never_had(deps, side, kind).await => {}
            Err(fault) => unseen.push(format!("{kind}: {fault}")),
        }
    }
    let marked = there.iter().filter(|seen| deps.sides().declarations.is_active_active(seen.kind, &seen.name));
    let marked: BTreeSet<_> = marked.map(|seen| ResourceKey::new(seen.kind, &seen.id)).collect();
    let now = deps.clock.now();
    let mut offenders = Vec::new();
    for seen in there.iter().filter(|seen| !is_among(&**workspace, seen, &marked)) {
        let to_saga = is_among(&**workspace, seen, &left.open);
        match offender(&**workspace, seen, now) {
            Ok(None) => {}
            Ok(Some(_)) | Err(_) if to_saga => {
                unseen.push(format!("{} {:?} is on: it is left to saga {}", seen.kind, seen.name, left.saga));
            }
            Ok(Some(found)) => offenders.push(found),
            Err(fault) => unseen.push(format!("{} {:?}: {fault}", seen.kind, seen.name)),
        }
    }
    (offenders, unseen)
}

/// Whether a resource, or the resource that started it, is among `those`.
fn is_among(workspace: &dyn Workspace, seen: &Observed, those: &BTreeSet<ResourceKey>) -> bool {
    let by_owner = workspace.owner(seen).is_some_and(|owner| those.contains(&owner));
    by_owner || those.contains(&ResourceKey::new(seen.kind, &seen.id))
}

/// A resource that is on. It is a fault if the resource is on and no call from here can fence it.
fn offender(workspace: &dyn Workspace, seen: &Observed, now: Timestamp) -> Result<Option<Offender>, Fault> {
    let step = Step::new(failover::Role::Leaving.as_str(), seen.kind, &seen.id, &seen.name, want::FENCED);
    let context = Context { token: "", since: now, tries: 0, reply: None };
    match workspace.next(&step, Some(seen), &context) {
        Next::Call(_) => Ok(Some(Offender {
            kind: seen.kind.to_owned(),
            id: seen.id.clone(),
            name: seen.name.clone(),
            told: workspace.changed_by(seen),
        })),
        Next::Satisfied { .. } | Next::Wait { .. } => Ok(None),
        Next::Blocked(fault) => Err(fault),
    }
}

async fn begin(
    deps: &ResolvedPair,
    mut head: PairHead,
    side: Side,
    offenders: &[Offender],
) -> Result<Guarded, StoreError> {
    let made_at = deps.clock.now();
    let saga = SagaId(format!("{}-guard-{}", deps.pair.name, made_at.strftime("%Y%m%dT%H%M%SZ")));
    let workspace = deps.sides().workspace(side);
    let order: Vec<&str> = workspace.kinds().iter().map(|kind| kind.name).collect();
    let plan = guard_plan(&GuardAsk {
        saga: saga.clone(),
        pair: &deps.pair.name,
        fenced: side,
        made_at,
        offenders,
        order: &order,
        addresses: &deps.sides().addresses,
        declarations: &deps.sides().declarations,
        action_kinds: &deps.action_kinds(),
    })
    .map_err(|e| StoreError::Broken(e.to_string()))?;
    let (bytes, hash) = plan.freeze().map_err(|e| StoreError::Broken(e.to_string()))?;
    deps.objects.put_new(&plan_key(&saga), bytes.into()).await?;
    let clocks = Clocks { noticed_at: Some(made_at), ..Clocks::default() };
    deps.sagas.create(&SagaHead::new(deps.pair.name.clone(), &plan, hash, "the guard", clocks)).await?;
    // Only a round that the pair names is ever driven. A round that lost the race remains as an unused plan.
    if let Some(record) = &mut head.guard {
        record.saga = Some(saga.clone());
        record.last = Some(saga.clone());
    }
    if !put(deps, &mut head).await? {
        return Ok(Guarded::NotDue);
    }
    // The tick makes up for a lost wake message.
    deps.waker.wake(&saga).await.ok();
    Ok(Guarded::Round { side, saga, found: offenders.len() })
}

/// Writes the head; `false` if somebody else wrote first.
async fn put(deps: &Deps, head: &mut PairHead) -> Result<bool, StoreError> {
    head.revision += 1;
    written(deps.pairs.put_pair(head).await)
}
