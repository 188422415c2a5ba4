//! Decides what should be under way, from a plan, a state and a time.
//!
//! It reads the sum of what is recorded, and never the event that woke the caller. So a second call, a late call or
//! a call after a lost wake gives the same decision.

use jiff::Timestamp;

use crate::event::Outcome;
use crate::fault::Reaction;
use crate::plan::{Gate, Need, Needed, Plan, Step, StepId};
use crate::state::State;
use crate::step_record::{StepRecord, StepState};

/// The moves that a saga should make now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Names of stages whose gate is open and that are not entered yet. The caller records the entry first and then
    /// decides again: steps of a stage begin only after its entry is recorded.
    pub enter: Vec<String>,
    /// Questions that gates wait for.
    pub ask: Vec<String>,
    /// Steps to attempt now, the most urgent first.
    pub ready: Vec<StepId>,
    /// When the next waiting step is due.
    pub wake_at: Option<Timestamp>,
    /// Whether every step that is not pursued is settled and this is not recorded yet.
    pub forward_done: bool,
    /// Optional steps to waive now: nothing else is open, and each is blocked or was tried often enough.
    pub give_up: Vec<StepId>,
    /// Number of blocked steps, if they keep the saga from moving on and nothing else can move.
    pub person_needed: Option<u32>,
    /// The outcome, if the saga is over.
    pub finish: Option<Outcome>,
}

/// Number of tries of an optional step before the saga ends without it.
pub const GIVE_UP_AFTER: u32 = 10;

/// Decides what should be under way at `now`.
///
/// `under_way` says whether a step is being attempted at the moment. A blocked step is not attempted here: the
/// caller checks blocked steps at its own, slower pace. Nothing of a held saga should be under way, the pursuit
/// included, until a person resumes it.
pub fn decide(plan: &Plan, state: &State, now: Timestamp, under_way: &dyn Fn(StepId) -> bool) -> Decision {
    if is_quiet(state) {
        return Decision::default();
    }
    let mut moves = Moves::default();
    for (index, stage) in plan.stages.iter().enumerate() {
        if state.entered_at(index).is_none() || state.stage_tally(index).open() == 0 {
            continue;
        }
        for (number, (step, record)) in stage.steps.iter().zip(state.stage_steps(index)).enumerate() {
            let id = StepId { stage: index as u16, number: number as u32 };
            let status = stands(state, step, record, under_way(id));
            moves.forward |= status.moves() && step.counts_forward(record.attempts);
            moves.pursuit |= status.moves();
            match status {
                StepStatus::Due { at: Some(at), .. } if at > now => {
                    moves.wake_at = Some(moves.wake_at.map_or(at, |earliest| earliest.min(at)));
                }
                StepStatus::Due { .. } => moves.ready.push(id),
                StepStatus::Still | StepStatus::UnderWay => {}
            }
        }
    }
    conclude(plan, state, moves)
}

/// Whether nothing should be under way, whatever state the steps have.
pub(crate) fn is_quiet(state: &State) -> bool {
    !state.has_begun() || state.finished().is_some() || state.held().is_some()
}

/// The sum over the steps of the entered stages.
#[derive(Default)]
pub(crate) struct Moves {
    /// Steps to try now, in plan order.
    pub(crate) ready: Vec<StepId>,
    /// When the next step is to be tried.
    pub(crate) wake_at: Option<Timestamp>,
    /// Whether a step that is not pursued can move on without a person.
    pub(crate) forward: bool,
    /// Whether any step at all can move on without a person.
    pub(crate) pursuit: bool,
}

/// Makes the decision from the sum over the steps and from the gates.
pub(crate) fn conclude(plan: &Plan, state: &State, moves: Moves) -> Decision {
    let mut decision = Decision { ready: moves.ready, wake_at: moves.wake_at, ..Decision::default() };
    for (index, stage) in plan.stages.iter().enumerate() {
        if state.entered_at(index).is_none() {
            judge_gate(plan, state, &stage.gate, &mut decision, &stage.name);
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
        decision.give_up = given_up(state);
    }
    let waits_for_others =
        !decision.give_up.is_empty() || moves.forward || !decision.enter.is_empty() || !decision.ask.is_empty();
    if tally.blocked > 0 && !waits_for_others && !(forward && moves.pursuit) {
        decision.person_needed = Some(tally.blocked);
    }
    decision
}

/// The optional steps that the saga goes on without. There are none while a required step is open.
fn given_up(state: &State) -> Vec<StepId> {
    if state.open_required() > 0 {
        return Vec::new();
    }
    let is_given_up = |record: &StepRecord| match record.state {
        StepState::Done | StepState::Waived => false,
        StepState::Blocked => true,
        StepState::Planned | StepState::Intended | StepState::Waiting => record.attempts >= GIVE_UP_AFTER,
    };
    state.steps().filter(|(_, record)| is_given_up(record)).map(|(id, _)| id).collect()
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

/// The status of a step of an entered stage.
pub(crate) enum StepStatus {
    /// It is settled, or only a person can help, or it waits for another step and moves when that one does.
    Still,
    /// It is being tried.
    UnderWay,
    /// It may be tried.
    Due {
        /// Earliest time of the try; `None` means at once.
        at: Option<Timestamp>,
        /// Whether it is tried all the same, but cannot succeed before other steps do.
        waits_for_others: bool,
    },
}

impl StepStatus {
    /// Whether it can move on without a person.
    pub(crate) fn moves(&self) -> bool {
        match self {
            StepStatus::Still => false,
            StepStatus::UnderWay => true,
            StepStatus::Due { waits_for_others, .. } => !waits_for_others,
        }
    }
}

impl Step {
    /// Whether the step counts for the forward part. A pursued step counts until its first attempt, because the
    /// `tried` gates wait for that attempt.
    pub(crate) fn counts_forward(&self, attempts: u32) -> bool {
        !self.pursue || attempts == 0
    }
}

/// Gives the status of one step of an entered stage.
pub(crate) fn stands(state: &State, step: &Step, record: &StepRecord, is_under_way: bool) -> StepStatus {
    match record.state {
        StepState::Done | StepState::Waived | StepState::Blocked => return StepStatus::Still,
        StepState::Planned | StepState::Intended | StepState::Waiting => {}
    }
    if is_under_way {
        return StepStatus::UnderWay;
    }
    if !step.needs.iter().all(|needed| is_met(state, needed)) {
        return StepStatus::Still;
    }
    let waits_for_others = record.state == StepState::Waiting
        && record.fault.as_ref().is_some_and(|fault| fault.reaction == Reaction::WaitForOthers);
    StepStatus::Due { at: record.next_at, waits_for_others }
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
