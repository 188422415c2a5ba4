//! Judges the record of a saga by itself: these laws hold whatever happened on the way.
//!
//! Law: each sentence begins with the law that is broken.

use engine::ports::StepItem;
use engine::view::View;
use saga::{Event, Gate, Plan, SagaEvent, State, StepRecord};

/// The epochs that runners took, in the order of the log.
pub fn epochs(view: &View) -> Vec<u64> {
    view.lines
        .iter()
        .filter_map(
            |line| if let Event::Saga(SagaEvent::TookOver { epoch, .. }) = &line.event { Some(*epoch) } else { None },
        )
        .collect()
}

/// S18: items that are not the digest of the lines, and counts that are not those of the steps. `same` compares the
/// record of an item with the one that its lines add up to.
pub fn digest(view: &View, items: &[StepItem], same: impl Fn(&StepRecord, &StepRecord) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (id, replayed) in view.state.steps() {
        let item = items.iter().find(|item| item.step == id).map(|item| item.record.clone());
        let item = item.unwrap_or_else(StepRecord::planned);
        if !same(&item, replayed) {
            found.push(format!("S18: the item of step {id} is {item:?}, its lines add up to {replayed:?}"));
        }
    }
    if view.state.tally().total() as usize != view.plan.total() || view.head.tally != view.state.tally() {
        found.push(format!("S18: {:?} of {} steps", view.head.tally, view.plan.total()));
    }
    found
}

/// S9: stages that were entered before their gate held. S18: lines that cannot follow each other.
pub fn early(view: &View) -> Vec<String> {
    let (mut state, mut found) = (State::new(&view.plan), Vec::new());
    for line in &view.lines {
        if let Event::Saga(SagaEvent::StageEntered { stage: name }) = &line.event {
            let stage = view.plan.stages.iter().find(|stage| stage.name == *name);
            if !stage.is_some_and(|stage| holds(&view.plan, &state, &stage.gate)) {
                found.push(format!("S9: stage {name} was entered before its gate held"));
            }
        }
        if let Err(illegal) = state.apply(&line.event, line.at, line.epoch) {
            found.push(format!("S18: {illegal}"));
        }
    }
    found
}

fn holds(plan: &Plan, state: &State, gate: &Gate) -> bool {
    let every = |names: &[String], test: &dyn Fn(usize) -> bool| {
        names.iter().all(|name| plan.stages.iter().position(|stage| stage.name == *name).is_some_and(test))
    };
    match gate {
        Gate::Open => true,
        Gate::Approved(question) => state.approval(question).is_some(),
        Gate::Verified(names) => every(names, &|index| state.is_verified(index)),
        Gate::Tried(names) => every(names, &|index| state.is_tried(index)),
        Gate::All(gates) => gates.iter().all(|gate| holds(plan, state, gate)),
    }
}
