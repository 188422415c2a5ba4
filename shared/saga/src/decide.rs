//! What should be under way, for a plan, a state and a time.
//!
//! Looks at the sum of what is recorded, never at the event that woke the
//! caller. Calling it twice, or late, or after a lost wake-up gives the same.

use jiff::Timestamp;

use crate::event::Outcome;
use crate::fault::Reaction;
use crate::plan::{Gate, Need, Needed, Plan, Step, StepId};
use crate::state::{State, StepRecord, StepState};

/// What should be under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Names of stages whose gate holds and that are not entered yet. Record that
    /// first, then decide again: steps of a stage begin only after its entry is recorded.
    pub enter: Vec<String>,
    /// Questions that gates wait for.
    pub ask: Vec<String>,
    /// Steps to attempt now, the most urgent first.
    pub ready: Vec<StepId>,
    /// When a step that waits is due.
    pub wake_at: Option<Timestamp>,
    /// Every step but the pursued ones is settled, and that is not recorded yet.
    pub forward_done: bool,
    /// Optional steps that are waived now, since nothing else is open and they were tried often enough.
    pub give_up: Vec<StepId>,
    /// How many blocked steps keep the saga from moving on, if nothing else can move.
    pub person_needed: Option<u32>,
    /// The saga is over.
    pub finish: Option<Outcome>,
}

/// So often an optional step is tried before the saga ends without it.
pub const GIVE_UP_AFTER: u32 = 10;

/// Says what should be under way at `now`.
///
/// `under_way` tells which steps are being attempted at the moment. A blocked
/// step is not attempted here: the caller looks at those at its own, slower pace.
/// Of a held saga nothing should be, the pursuit included, until a person resumes it.
pub fn decide(plan: &Plan, state: &State, now: Timestamp, under_way: &dyn Fn(StepId) -> bool) -> Decision {
    let mut decision = Decision::default();
    if !state.has_begun() || state.finished().is_some() || state.held().is_some() {
        return decision;
    }
    let (mut forward_moves, mut pursuit_moves) = (false, false);
    for (index, stage) in plan.stages.iter().enumerate() {
        if state.entered_at(index).is_none() {
            judge_gate(plan, state, &stage.gate, &mut decision, &stage.name);
            continue;
        }
        if state.stage_tally(index).open() == 0 {
            continue;
        }
        for (number, (step, record)) in stage.steps.iter().zip(state.stage_steps(index)).enumerate() {
            let id = StepId { stage: index as u16, number: number as u32 };
            let moves = judge_step(state, id, step, record, now, under_way, &mut decision);
            // A pursued step counts until its first attempt, since the `tried` gates wait for that.
            forward_moves |= moves && (!step.pursue || record.attempts == 0);
            pursuit_moves |= moves;
        }
    }
    let tally = state.tally();
    let all_entered = (0..plan.stages.len()).all(|index| state.entered_at(index).is_some());
    let forward = all_entered && state.open_forward() == 0;
    decision.forward_done = forward && state.forward_done_at().is_none();
    if all_entered && tally.open() == 0 {
        decision.finish = Some(Outcome::Completed);
    }
    if all_entered && tally.open() > 0 {
        decision.give_up = given_up(plan, state);
    }
    let waits_for_others =
        !decision.give_up.is_empty() || forward_moves || !decision.enter.is_empty() || !decision.ask.is_empty();
    if tally.blocked > 0 && !waits_for_others && !(forward && pursuit_moves) {
        decision.person_needed = Some(tally.blocked);
    }
    decision
}

/// The optional steps to go on without: none as long as a step that is required is open.
fn given_up(plan: &Plan, state: &State) -> Vec<StepId> {
    let mut given_up = Vec::new();
    for (id, step) in plan.steps() {
        let Some(record) = state.step(id).filter(|record| !record.state.is_settled()) else { continue };
        if !step.optional {
            return Vec::new();
        }
        if record.state == StepState::Blocked || record.attempts >= GIVE_UP_AFTER {
            given_up.push(id);
        }
    }
    given_up
}

fn judge_gate(plan: &Plan, state: &State, gate: &Gate, decision: &mut Decision, stage: &str) {
    if holds(plan, state, gate) {
        decision.enter.push(stage.to_owned());
        return;
    }
    let without_questions = holds_but_for_questions(plan, state, gate);
    for question in gate.questions() {
        if without_questions && state.approval(question).is_none() {
            decision.ask.push(question.to_owned());
        }
    }
}

fn holds(plan: &Plan, state: &State, gate: &Gate) -> bool {
    match gate {
        Gate::Approved(question) => state.approval(question).is_some(),
        Gate::All(gates) => gates.iter().all(|g| holds(plan, state, g)),
        Gate::Open | Gate::Verified(_) | Gate::Tried(_) => holds_but_for_questions(plan, state, gate),
    }
}

fn holds_but_for_questions(plan: &Plan, state: &State, gate: &Gate) -> bool {
    let every = |names: &[String], test: &dyn Fn(usize) -> bool| {
        names.iter().all(|name| plan.stages.iter().position(|s| s.name == *name).is_some_and(test))
    };
    match gate {
        Gate::Open | Gate::Approved(_) => true,
        Gate::Verified(names) => every(names, &|index| state.is_verified(index)),
        Gate::Tried(names) => every(names, &|index| state.is_tried(index)),
        Gate::All(gates) => gates.iter().all(|g| holds_but_for_questions(plan, state, g)),
    }
}

/// Sorts one step of an entered stage; says whether it can move on without a person.
fn judge_step(
    state: &State,
    id: StepId,
    step: &Step,
    record: &StepRecord,
    now: Timestamp,
    under_way: &dyn Fn(StepId) -> bool,
    decision: &mut Decision,
) -> bool {
    match record.state {
        StepState::Done | StepState::Waived | StepState::Blocked => return false,
        StepState::Planned | StepState::Intended | StepState::Waiting => {}
    }
    if under_way(id) {
        return true;
    }
    if !step.needs.iter().all(|needed| is_met(state, needed)) {
        // A step that waits for another moves when that one does.
        return false;
    }
    let waits_for_others = record.fault.as_ref().is_some_and(|fault| fault.reaction == Reaction::WaitForOthers);
    match record.next_at {
        Some(at) if at > now => {
            decision.wake_at = Some(decision.wake_at.map_or(at, |earliest| earliest.min(at)));
        }
        Some(_) | None => decision.ready.push(id),
    }
    // It is tried again all the same, but by itself it does not get there.
    !(record.state == StepState::Waiting && waits_for_others)
}

fn is_met(state: &State, needed: &Needed) -> bool {
    let met = state.step(needed.step).is_some_and(|record| match needed.need {
        Need::Verified => record.state.is_settled(),
        Need::Tried => record.attempts > 0 || record.state.is_settled(),
    });
    let accepted = needed
        .unless_accepted
        .as_ref()
        .and_then(|question| state.approval(question))
        .is_some_and(|approval| approval.accepts_risk);
    met || accepted
}
