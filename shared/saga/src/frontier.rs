//! The frontier: the steps of a saga that can move, kept up to date event by event.
//!
//! Law: [`Frontier::decide`] gives the same answer as [`decide`](crate::decide::decide) for the same plan, state,
//! time and attempts, as long as the stages have room. `decide` reads every step each time, which is too much work
//! when thousands of steps end one by one. Here an event costs only what it changes. Every event that was applied to
//! the state must be given to the frontier as well.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::decide::{Decision, Moves, StepStatus, conclude, is_quiet, stands};
use crate::event::{Event, SagaEvent};
use crate::plan::{Plan, StepId};
use crate::state::State;

/// The steps that can move in one saga.
#[derive(Clone, Debug)]
pub struct Frontier {
    /// Index of the first step of each stage when all steps are counted through. The last entry is the end of the
    /// last stage.
    firsts: Vec<usize>,
    /// The part of each step in the sums.
    counted: Vec<Counted>,
    /// The steps that wait for each step.
    dependants: Vec<Box<[StepId]>>,
    /// By stage: the steps that are being attempted.
    under_way: Vec<BTreeSet<StepId>>,
    /// By stage: the steps that can be tried, sorted by the time of the next try.
    due: Vec<BTreeSet<(Option<Timestamp>, StepId)>>,
    forward: usize,
    pursuit: usize,
}

/// The part of one step in the sums.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    due: Option<Option<Timestamp>>,
    forward: bool,
    pursuit: bool,
}

impl Frontier {
    /// Makes the frontier of a saga with nothing under way.
    pub fn new(plan: &Plan, state: &State) -> Self {
        let mut firsts = vec![0];
        firsts.extend(plan.stages.iter().scan(0, |end, stage| {
            *end += stage.steps.len();
            Some(*end)
        }));
        let mut frontier = Self {
            firsts,
            counted: vec![Counted::default(); plan.total()],
            dependants: Vec::new(),
            under_way: vec![BTreeSet::new(); plan.stages.len()],
            due: vec![BTreeSet::new(); plan.stages.len()],
            forward: 0,
            pursuit: 0,
        };
        frontier.dependants = frontier.dependants_of_all(plan);
        frontier.count_all(plan, state);
        frontier
    }

    fn dependants_of_all(&self, plan: &Plan) -> Vec<Box<[StepId]>> {
        let mut dependants = vec![Vec::new(); self.counted.len()];
        for (id, step) in plan.steps() {
            for needed in &step.needs {
                if let Some(of) = self.place(needed.step).and_then(|place| dependants.get_mut(place)) {
                    of.push(id);
                }
            }
        }
        dependants.into_iter().map(Vec::into_boxed_slice).collect()
    }

    /// Takes in an event that was applied to the state.
    pub fn follow(&mut self, plan: &Plan, state: &State, event: &Event) {
        match event {
            Event::Step(event) => self.count_with_dependants(plan, state, event.step()),
            // An approval may take the place of any need, and a stage brings its steps.
            Event::Saga(SagaEvent::Approved { .. } | SagaEvent::StageEntered { .. }) => self.count_all(plan, state),
            Event::Saga(
                SagaEvent::Started { .. }
                | SagaEvent::TookOver { .. }
                | SagaEvent::ForwardDone
                | SagaEvent::Round { .. }
                | SagaEvent::HandedOver
                | SagaEvent::PersonNeeded { .. }
                | SagaEvent::Finished { .. },
            )
            | Event::Control(_) => {}
        }
    }

    /// Records that an attempt of this step begins.
    pub fn begins(&mut self, plan: &Plan, state: &State, id: StepId) {
        if let Some(stage) = self.under_way.get_mut(usize::from(id.stage)) {
            stage.insert(id);
        }
        self.count(plan, state, id);
    }

    /// Records that the attempt of this step has ended.
    pub fn ends(&mut self, plan: &Plan, state: &State, id: StepId) {
        if let Some(stage) = self.under_way.get_mut(usize::from(id.stage)) {
            stage.remove(&id);
        }
        self.count(plan, state, id);
    }

    /// Whether this step is being attempted.
    pub fn is_under_way(&self, id: StepId) -> bool {
        self.under_way.get(usize::from(id.stage)).is_some_and(|stage| stage.contains(&id))
    }

    /// Gives the same decision as [`decide`](crate::decide::decide), with at most `room` steps of each stage under
    /// way. A stage with more of them due begins with those that have been due for the longest time. So the memory of
    /// a runner does not grow with the plan (S26), and a stage full of slow steps takes no room from another (L8).
    pub fn decide(&self, plan: &Plan, state: &State, now: Timestamp, room: usize) -> Decision {
        if is_quiet(state) {
            return Decision::default();
        }
        let last = StepId { stage: u16::MAX, number: u32::MAX };
        let mut ready = Vec::new();
        let mut wake_at: Option<Timestamp> = None;
        for (due, under_way) in self.due.iter().zip(&self.under_way) {
            let left = room.saturating_sub(under_way.len());
            let first = ready.len();
            ready.extend(due.range(..=(Some(now), last)).take(left).map(|(_, id)| *id));
            ready[first..].sort_unstable();
            let later = due.range((Some(now), last)..).find_map(|(at, _)| at.filter(|at| *at > now));
            wake_at = later.into_iter().chain(wake_at).min();
        }
        let moves = Moves { ready, wake_at, forward: self.forward > 0, pursuit: self.pursuit > 0 };
        conclude(plan, state, moves)
    }

    fn place(&self, id: StepId) -> Option<usize> {
        let stage = usize::from(id.stage);
        let (first, end) = (self.firsts.get(stage)?, self.firsts.get(stage + 1)?);
        Some(first + id.number as usize).filter(|place| place < end)
    }

    fn count_all(&mut self, plan: &Plan, state: &State) {
        for (id, _) in plan.steps() {
            self.count(plan, state, id);
        }
    }

    fn count_with_dependants(&mut self, plan: &Plan, state: &State, id: StepId) {
        self.count(plan, state, id);
        let dependants = self.place(id).and_then(|place| self.dependants.get_mut(place));
        let dependants = dependants.map(std::mem::take).unwrap_or_default();
        for dependant in &dependants {
            self.count(plan, state, *dependant);
        }
        if let Some(of) = self.place(id).and_then(|place| self.dependants.get_mut(place)) {
            *of = dependants;
        }
    }

    /// Counts a step in its current state.
    fn count(&mut self, plan: &Plan, state: &State, id: StepId) {
        let now = self.stands(plan, state, id);
        let Some(counted) = self.place(id).and_then(|place| self.counted.get_mut(place)) else { return };
        let before = std::mem::replace(counted, now);
        self.forward = self.forward + usize::from(now.forward) - usize::from(before.forward);
        self.pursuit = self.pursuit + usize::from(now.pursuit) - usize::from(before.pursuit);
        if before.due != now.due
            && let Some(stage) = self.due.get_mut(usize::from(id.stage))
        {
            if let Some(at) = before.due {
                stage.remove(&(at, id));
            }
            stage.extend(now.due.map(|at| (at, id)));
        }
    }

    fn stands(&self, plan: &Plan, state: &State, id: StepId) -> Counted {
        let is_entered = state.entered_at(usize::from(id.stage)).is_some();
        let (true, Some(step), Some(record)) = (is_entered, plan.step(id), state.step(id)) else {
            return Counted::default();
        };
        let status = stands(state, step, record, self.is_under_way(id));
        let moves = status.moves();
        let due = match status {
            StepStatus::Due { at, .. } => Some(at),
            StepStatus::Still | StepStatus::UnderWay => None,
        };
        Counted { due, forward: moves && step.counts_forward(record.attempts), pursuit: moves }
    }
}
