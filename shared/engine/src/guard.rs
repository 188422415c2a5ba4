//! The guard: a fenced side is looked at for as long as it is the inactive one.
//!
//! A deployment, or a person, may switch something on there again. What is found on is fenced again by
//! a *round*: a saga of its own that only fences and tells, so that it is recorded, resumed and shown
//! like any other. It is not the pair's one saga (S1): that may run beside it, and a round never
//! touches a side that work is going to.

use std::collections::BTreeSet;
use std::sync::Arc;

use failover::plan::guard::{GuardAsk, Offender, guard_plan};
use failover::plan::{About, want};
use failover::{Clocks, Side};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use saga::{Class, Fault, Plan, Reaction, SagaId, Step, StepState};
use serde_json::Value;

use crate::capture::never_had;
use crate::deps::Deps;
use crate::limiter::turnstile::Turnstile;
use crate::ports::{
    Context, ControlCount, Looking, Next, Observed, PairHead, STORE_VERSION, SagaHead, SagaStatus, StoreError,
    Workspace,
};
use crate::start::plan_key;

/// What came of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guarded {
    /// Nothing is to be guarded, or not yet again, or a saga under way sees to it.
    NotDue,
    /// Nothing is on there that can be fenced. `unseen` names what was not seen, or cannot be fenced from here.
    Quiet {
        /// The side.
        side: Side,
        /// Kinds that could not be listed, and resources that are on and take no call, each with why.
        unseen: Vec<String>,
    },
    /// Something is on there, and a round has begun to fence it again.
    Round {
        /// The side.
        side: Side,
        /// The round.
        saga: SagaId,
        /// How many things are on.
        found: usize,
    },
}

/// Looks at the side that is guarded by the pair's head, if it was not looked at for so long, and
/// begins a round where something is on.
///
/// # Errors
///
/// [`StoreError`]; that a side does not answer is none.
pub async fn guard(deps: &Deps, mut head: PairHead, every: SignedDuration) -> Result<Guarded, StoreError> {
    let deps = &deps.as_recorded(&head);
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
    let Some(open) = open_steps(deps, head.saga.as_ref(), side).await? else { return Ok(Guarded::NotDue) };
    // Whoever writes this first looks; a tick beside it has nothing to do.
    if !put(deps, &mut head).await? {
        return Ok(Guarded::NotDue);
    }
    let (offenders, unseen) = offenders(deps, side, &open).await;
    if offenders.is_empty() {
        return Ok(Guarded::Quiet { side, unseen });
    }
    begin(deps, head, side, &offenders).await
}

/// The resources that a saga under way fences by itself; `None` if it sees to the whole side, or
/// work is going there.
async fn open_steps(
    deps: &Deps,
    saga: Option<&SagaId>,
    side: Side,
) -> Result<Option<BTreeSet<(String, String)>>, StoreError> {
    let Some(saga) = saga else { return Ok(Some(BTreeSet::new())) };
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(None) };
    // A saga that moves lists the side itself until nothing is found there.
    if head.status != SagaStatus::PersonNeeded {
        return Ok(None);
    }
    let Some(bytes) = deps.objects.get(&plan_key(saga)).await? else { return Ok(None) };
    let Ok(plan) = Plan::thaw(&bytes, &head.plan) else { return Ok(None) };
    let about: Option<About> = serde_json::from_value(plan.about.clone()).ok();
    if about.is_none_or(|about| about.leaving != side) {
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
    Ok(Some(open.map(|(_, step)| (step.kind.clone(), step.resource.clone())).collect()))
}

/// What is on at a side that can be fenced, and what was not seen there.
pub(crate) async fn offenders(
    deps: &Deps,
    side: Side,
    open: &BTreeSet<(String, String)>,
) -> (Vec<Offender>, Vec<String>) {
    let workspace = deps.pair.side(side);
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let pass = Turnstile::new(side.as_str(), clock, settings, None, deps.settings.dead_time_out);
    let kinds = workspace.kinds().iter().filter(|kind| kind.fenced);
    let listings = kinds.map(|kind| {
        let pass = &pass;
        async move { (kind.name, workspace.list(kind.name, Looking::Fence, pass).await) }
    });
    let (mut there, mut unseen) = (Vec::new(), Vec::new());
    for (kind, listed) in join_all(listings).await {
        match listed {
            Ok(seen) => there.extend(seen),
            Err(fault) if fault.reaction == Reaction::UnsupportedHere && never_had(deps, side, kind).await => {}
            Err(fault) => unseen.push(format!("{kind}: {fault}")),
        }
    }
    let marked = there.iter().filter(|seen| deps.pair.arrangements.is_active_active(seen.kind, &seen.name));
    let mut left_alone: BTreeSet<_> = marked.map(|seen| (seen.kind.to_owned(), seen.id.clone())).collect();
    left_alone.extend(open.iter().cloned());
    let now = deps.clock.now();
    let mut offenders = Vec::new();
    for seen in &there {
        match offender(&**workspace, seen, &left_alone, now) {
            Ok(found) => offenders.extend(found),
            Err(fault) => unseen.push(format!("{} {:?}: {fault}", seen.kind, seen.name)),
        }
    }
    (offenders, unseen)
}

/// What is on, and is neither left to another saga nor marked as running on both sides; a fault where
/// it is on and no call from here can fence it.
fn offender(
    workspace: &dyn Workspace,
    seen: &Observed,
    left_alone: &BTreeSet<(String, String)>,
    now: Timestamp,
) -> Result<Option<Offender>, Fault> {
    let of_another = workspace.owner(seen).is_some_and(|owner| left_alone.contains(&owner));
    if of_another || left_alone.contains(&(seen.kind.to_owned(), seen.id.clone())) {
        return Ok(None);
    }
    let step = Step {
        place: failover::Role::Leaving.as_str().to_owned(),
        kind: seen.kind.to_owned(),
        resource: seen.id.clone(),
        name: seen.name.clone(),
        want: want::FENCED.to_owned(),
        detail: Value::Null,
        class: Class::Idempotent,
        pursue: false,
        needs: Vec::new(),
        undone_by: Vec::new(),
        optional: false,
    };
    let context = Context { token: "", since: now, reply: None };
    match workspace.next(&step, Some(seen), &context) {
        Next::Act(_) => Ok(Some(Offender {
            kind: seen.kind.to_owned(),
            id: seen.id.clone(),
            name: seen.name.clone(),
            told: workspace.changed_by(seen),
        })),
        Next::Already { .. } | Next::Wait { .. } => Ok(None),
        Next::Cannot(fault) => Err(fault),
    }
}

async fn begin(deps: &Deps, mut head: PairHead, side: Side, offenders: &[Offender]) -> Result<Guarded, StoreError> {
    let made_at = deps.clock.now();
    let saga = SagaId(format!("{}-guard-{}", deps.pair.name, made_at.strftime("%Y%m%dT%H%M%SZ")));
    let workspace = deps.pair.side(side);
    let order: Vec<&str> = workspace.kinds().iter().map(|kind| kind.name).collect();
    let plan = guard_plan(&GuardAsk {
        saga: saga.clone(),
        pair: &deps.pair.name,
        fenced: side,
        made_at,
        offenders,
        order: &order,
        addresses: &deps.pair.addresses,
        arrangements: &deps.pair.arrangements,
        errand_kinds: &deps.errand_kinds(),
    })
    .map_err(|e| StoreError::Broken(e.to_string()))?;
    let (bytes, hash) = plan.freeze().map_err(|e| StoreError::Broken(e.to_string()))?;
    deps.objects.put_new(&plan_key(&saga), bytes).await?;
    deps.sagas.create(&round_head(deps, &saga, &plan, hash, made_at)).await?;
    // Only a round that the pair names is ever driven; one that lost the race stays a record of its plan.
    if let Some(record) = &mut head.guard {
        record.saga = Some(saga.clone());
        record.last = Some(saga.clone());
    }
    if !put(deps, &mut head).await? {
        return Ok(Guarded::NotDue);
    }
    // A lost wake-up is made up for by the tick.
    deps.waker.wake(&saga).await.ok();
    Ok(Guarded::Round { side, saga, found: offenders.len() })
}

fn round_head(deps: &Deps, saga: &SagaId, plan: &Plan, hash: saga::PlanHash, noticed_at: Timestamp) -> SagaHead {
    SagaHead {
        version: STORE_VERSION,
        saga: saga.clone(),
        pair: deps.pair.name.clone(),
        kind: plan.kind.clone(),
        plan: hash,
        by: "the guard".to_owned(),
        status: SagaStatus::Running,
        epoch: 0,
        owner: String::new(),
        lease_until: Timestamp::UNIX_EPOCH,
        next_at: None,
        abort_by: None,
        abort_why: None,
        controls: ControlCount::default(),
        tally: saga::State::new(plan).tally(),
        clocks: Clocks { noticed_at: Some(noticed_at), ..Clocks::default() },
    }
}

/// Writes the head; `false` if somebody else wrote first.
async fn put(deps: &Deps, head: &mut PairHead) -> Result<bool, StoreError> {
    head.revision += 1;
    match deps.pairs.put_pair(head).await {
        Ok(()) => Ok(true),
        Err(StoreError::Refused(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
