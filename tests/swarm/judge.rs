//! Judges a saga and its pair: these laws must hold whatever happened on the way.
//!
//! Law: the judge asks two sources that know nothing of each other: the record, and what the simulated workspaces
//! saw. Each sentence begins with the law that is broken. A result that is no longer certain is not judged: a person
//! may have waived something, or a trouble may have made two results right.

use engine::ports::{SagaStatus, StepItem};
use failover::plan::{EVERYTHING, want};
use failover::{Operation, Role};
use local::stack::sabotage::InjectedFault;
use saga::{Event, Outcome, Proof, SagaEvent, StepEvent, StepState};
use sim::{DoubleWindow, Inventory};
use tests::record::{digest, early, epochs};

use crate::case::{Case, CaseKind, Mishap, Part};
use crate::ground::Ground;
use crate::people::lost;
use crate::play::Leg;

/// In milliseconds: the rest of a lost side is fenced within this time after everything is calm (L3).
const FENCED_WITHIN_MS: i64 = 200_000;
/// In milliseconds: the first change on the target comes within this time after the approval (L7).
const STARTED_WITHIN_MS: i64 = 150_000;
/// In milliseconds: a call that was on its way when a saga ended arrives within this time.
const ON_ITS_WAY_MS: i64 = 1_000;

/// The settings in both workspaces.
pub(crate) type Settings = [Inventory; 2];

pub(crate) fn settings(ground: &Ground) -> Settings {
    let mut world = ground.world();
    world.advance(ground.now_ms());
    [world.settings(sim::Side::Primary), world.settings(sim::Side::Standby)]
}

pub(crate) fn differences(before: &Settings, after: &Settings) -> Vec<String> {
    let both = before.iter().zip(after);
    both.flat_map(|(before, after)| sim::gathered(&sim::compare(before, after))).collect()
}

/// Judges one saga.
pub(crate) async fn leg(ground: &Ground, case: &Case, leg: &Leg) -> Vec<String> {
    let mut found = record(leg, case);
    match ground.operator.sagas.steps(&leg.view.head.saga).await {
        Ok(items) => found.extend(items_and_lines(leg, &items)),
        Err(error) => found.push(format!("S18: the items: {error}")),
    }
    found.extend(early(&leg.view));
    found.extend(proofs(leg, case));
    found.extend(lost(ground, &leg.view.head.saga).await);
    found.extend(effects_after_the_end(ground, leg));
    found.extend(late(ground, case, leg));
    if leg.completed() && !leg.interfered {
        found.extend(double(ground, leg));
        found.extend(in_time(ground, case, leg));
    }
    found
}

/// S2, S16, L2, L9: checks the epochs of a saga and its recorded end.
fn record(leg: &Leg, case: &Case) -> Vec<String> {
    let view = &leg.view;
    let mut found = Vec::new();
    let epochs = epochs(view);
    if !epochs.is_sorted_by(|earlier, later| earlier < later) {
        found.push(format!("S2: the epochs are {epochs:?}"));
    }
    let lives = case
        .mishaps()
        .iter()
        .all(|mishap| matches!(mishap, Mishap::At(_, it) | Mishap::AtWrite(_, it) if *it == InjectedFault::LoseReply));
    if lives && epochs.len() as u64 != view.head.epoch {
        found.push(format!("L2: {} epochs were taken, and {} runners know of theirs", view.head.epoch, epochs.len()));
    }
    let ends = view.lines.iter().filter(|line| matches!(line.event, Event::Saga(SagaEvent::Finished { .. }))).count();
    let finished = view.state.finished();
    let same = finished.is_some_and(|outcome| view.head.status == SagaStatus::Finished(outcome));
    if ends != 1 || !same {
        found.push(format!("S16: {ends} ends on record, {finished:?}, the head says {:?}", view.head.status));
    }
    if view.pair.saga.as_ref() == Some(&view.head.saga) {
        found.push("L9: the saga is over and keeps its pair".to_owned());
    }
    found
}

/// S18: the items are the digest of the lines.
fn items_and_lines(leg: &Leg, items: &[StepItem]) -> Vec<String> {
    // A try with the same result as the one before has no line of its own. So only done steps are compared in full.
    digest(&leg.view, items, |item, replayed| {
        if replayed.state == StepState::Done { item == replayed } else { item.state == replayed.state }
    })
}

/// S27: if codes are asked for, nothing is approved without one.
fn proofs(leg: &Leg, case: &Case) -> Vec<String> {
    if case.approvers == 0 {
        return Vec::new();
    }
    let asserted = leg.view.lines.iter().filter(|line| match &line.event {
        Event::Saga(SagaEvent::Approved { proofs, .. }) => {
            proofs.iter().any(|proof| matches!(proof, Proof::Asserted | Proof::NotRecorded))
        }
        Event::Saga(
            SagaEvent::Started { .. }
            | SagaEvent::TookOver { .. }
            | SagaEvent::StageEntered { .. }
            | SagaEvent::ForwardDone
            | SagaEvent::Round { .. }
            | SagaEvent::HandedOver
            | SagaEvent::PersonNeeded { .. }
            | SagaEvent::Finished { .. },
        )
        | Event::Step(_)
        | Event::Control(_) => false,
    });
    asserted.map(|line| format!("S27: approved without a proof at {}", line.at)).collect()
}

/// Time at which the saga's end is on record, in milliseconds.
fn finished_ms(leg: &Leg) -> i64 {
    let ends = leg.view.lines.iter().find(|line| matches!(line.event, Event::Saga(SagaEvent::Finished { .. })));
    ends.map_or(i64::MAX, |line| line.at.as_millisecond())
}

/// S14: calls that reached a workspace after the saga was over. A round of the guard that has begun explains them.
fn effects_after_the_end(ground: &Ground, leg: &Leg) -> Vec<String> {
    let ended = finished_ms(leg);
    if leg.view.pair.guard.as_ref().is_some_and(|guard| guard.last.is_some()) {
        return Vec::new();
    }
    let world = ground.world();
    let late = sim::Side::BOTH.into_iter().flat_map(|side| {
        let calls = world.changing_calls(side).iter().filter(move |call| {
            // No lease stops a request that a process had already handed on when it froze.
            call.at_ms > ended.saturating_add(ON_ITS_WAY_MS) && !ground.has_just_thawed(call.at_ms)
        });
        calls.map(move |call| format!("S14: {} {} on the {side:?} after the end", call.method, call.path))
    });
    late.take(3).collect()
}

/// The steps of a saga that fenced something, with the times in its log, in milliseconds.
fn fenced(leg: &Leg) -> impl Iterator<Item = (&saga::Step, i64)> {
    leg.view.lines.iter().filter_map(|line| {
        let Event::Step(StepEvent::Done { step, .. }) = &line.event else { return None };
        let step = leg.view.plan.step(*step).filter(|step| step.want == want::FENCED)?;
        Some((step, line.at.as_millisecond()))
    })
}

/// S5: resources that processed data after they were reported fenced. Only completed moves are judged.
fn late(ground: &Ground, case: &Case, leg: &Leg) -> Vec<String> {
    let moves = matches!(leg.operation, Operation::Failover | Operation::Failback);
    if !moves || !leg.completed() {
        return Vec::new();
    }
    let world = ground.world();
    let told = fenced(leg).filter_map(|(step, at_ms)| {
        // One old listing can hide a run that has just begun. The sweep before the end finds it.
        let at_ms = if case.has(&Part::Stale) { finished_ms(leg) } else { at_ms };
        let processed = world.processing_of(leg.left, &step.resource);
        // No API shows an evaluation that is under way, so of an alert only its pause can be read back.
        let seen_under_way = step.kind != "alert" && step.kind != "dashboard_schedule";
        let late = processed.into_iter().find(|(from, to)| *to > at_ms && (seen_under_way || *from > at_ms))?;
        Some(format!(
            "S5: {} {} processed until {} ms after it was reported fenced",
            step.kind,
            step.resource,
            late.1 - at_ms
        ))
    });
    told.take(3).collect()
}

/// Time at which the last resource of the leaving side was fenced, in milliseconds.
fn last_fenced_ms(leg: &Leg) -> i64 {
    fenced(leg).map(|(_, at)| at).max().unwrap_or(leg.approved_ms)
}

/// S10: the same work on both sides. In a planned saga this never happens. In another one it may happen until the
/// last resource of the side was fenced.
fn double(ground: &Ground, leg: &Leg) -> Vec<String> {
    if !matches!(leg.operation, Operation::Failover | Operation::Failback) {
        return Vec::new();
    }
    let fenced = last_fenced_ms(leg);
    let windows = ground.world().audit().double_windows;
    let explained = |window: &DoubleWindow| !leg.planned && window.to_ms <= fenced;
    // No API shows an evaluation that is under way, so no saga waits for one.
    let seen = |window: &DoubleWindow| !window.work.starts_with("alert-");
    let of_leg = windows.into_iter().filter(|it| it.to_ms > leg.ordered_ms && !explained(it) && seen(it));
    let told =
        of_leg.map(|window| format!("S10: {} on both sides for {} ms", window.work, window.to_ms - window.from_ms));
    told.take(3).collect()
}

/// L3, L7: whether the fence and the first start came in time, if no process of ours was in the way.
fn in_time(ground: &Ground, case: &Case, leg: &Leg) -> Vec<String> {
    let ours = case.mishaps().iter().any(|mishap| !matches!(mishap, Mishap::AtEvidence));
    if ours
        || case.stops_slowly()
        || leg.held
        || leg.planned
        || leg.operation != Operation::Failover
        || case.has(&Part::Stale)
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    let begins_ms = leg.ordered_ms - case.ordered_at * 1000;
    let calm_ms = begins_ms + case.troubled_until() * 1000;
    let after = last_fenced_ms(leg) - calm_ms.max(leg.approved_ms);
    if after > FENCED_WITHIN_MS {
        found.push(format!("L3: the last of the left side was fenced {after} ms after everything was calm"));
    }
    let known = |kind: &str| databricks::KINDS.iter().any(|known| known.info().name == kind);
    let starts = leg
        .view
        .plan
        .steps()
        .any(|(_, step)| step.place == Role::Target.as_str() && step.resource != EVERYTHING && known(&step.kind));
    let target_is_well = case.troubles().all(|one| one.side == leg.left || one.until.is_none());
    let first = ground.world().changing_calls(other(leg.left)).iter().map(|call| call.at_ms).min();
    if starts && target_is_well && first.is_none_or(|at| at - leg.approved_ms > STARTED_WITHIN_MS) {
        found.push(format!("L7: the first change on the target came {first:?}, approved at {}", leg.approved_ms));
    }
    found
}

fn other(side: sim::Side) -> sim::Side {
    match side {
        sim::Side::Primary => sim::Side::Standby,
        sim::Side::Standby => sim::Side::Primary,
    }
}

/// Judges the pair at the end of a case.
pub(crate) fn pair(ground: &Ground, case: &Case, legs: &[Leg], before: &Settings) -> Vec<String> {
    let mut found: Vec<String> = ground.stack.refused().iter().map(|told| format!("S20: {told}")).collect();
    {
        let mut world = ground.world();
        found.extend(world.unknown_routes().iter().map(|route| format!("S24: no workspace knows {route}")));
        world.advance(ground.now_ms());
    }
    if let Some(last) = legs.last() {
        found.extend(runs(ground, case, legs));
        if legs.iter().all(|leg| leg.completed() && !leg.interfered) {
            found.extend(at_rest(ground, last));
        }
    }
    let there_and_back = legs.len() == 2 && legs.iter().all(|leg| leg.completed() && !leg.interfered && leg.planned);
    let drilled = case.operation == CaseKind::StandbyDrill && legs.iter().all(Leg::completed);
    let undisturbed = case.troubles().next().is_none();
    let [before_primary, before_standby] = before;
    let [primary, standby] = settings(ground);
    let mut told = Vec::new();
    // The primary goes on working beside a drill.
    if there_and_back || drilled && undisturbed && !legs.is_empty() {
        told.extend(sim::gathered(&sim::compare(before_standby, &standby)));
    }
    if there_and_back {
        told.extend(sim::gathered(&sim::compare(before_primary, &primary)));
    }
    // Work that was left alone starts and ends compute by itself.
    let told = told.into_iter().filter(|told| !told.contains(" /state: "));
    found.extend(told.take(3).map(|told| format!("R41: not as before: {told}")));
    found
}

/// S8, S15: runs of interrupted jobs, and resources that were off and were switched on.
fn runs(ground: &Ground, case: &Case, legs: &[Leg]) -> Vec<String> {
    let audit = ground.world().audit();
    let mut found: Vec<String> = Vec::new();
    let aborted = legs.iter().any(|leg| leg.view.state.finished() == Some(Outcome::Aborted));
    // A resource that people waived on the way out is at the primary as it was before, and is switched on there.
    let known = legs.len() == 1 || !legs.iter().any(|leg| leg.interfered);
    if !aborted && known {
        found.extend(audit.woken_that_were_off.iter().take(3).map(|what| format!("S15: {what} was off and is on")));
    }
    for count in &audit.runs_wrong {
        let certain = case.runs_again && legs.iter().all(|leg| leg.completed() && !leg.interfered);
        if count.seen > count.expected.max(1) || certain && undisturbed(case) && count.seen != count.expected {
            found.push(format!("S8: {} was started {} times, expected {}", count.work, count.seen, count.expected));
        }
    }
    found
}

/// Whether it was known for certain which work the leaving side had under way.
fn undisturbed(case: &Case) -> bool {
    let waits = case.parts.iter().any(|part| matches!(part, Part::Trouble(one) if one.side == sim::Side::Primary));
    case.lacking == 0 && !waits && !case.has(&Part::Stale) && case.mishaps().is_empty() && case.wishes().is_empty()
}

/// S10: nothing is under way on the side that was left.
fn at_rest(ground: &Ground, last: &Leg) -> Vec<String> {
    let moved = matches!(last.operation, Operation::Failover | Operation::Failback);
    let open = last.view.state.steps().filter(|(_, record)| record.state != StepState::Done).count();
    let processing = ground.world().audit().processing_on(last.left);
    if moved && open == 0 && processing > 0 {
        return vec![format!("S10: {processing} under way on the side that was left")];
    }
    Vec::new()
}
