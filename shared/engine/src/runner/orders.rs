//! Decides what a person's order does to a saga in its current state. Pure.

use saga::{Code, ControlEvent, Event, Plan, State, StepEvent, StepId, StepState};

use crate::codes;
use crate::ports::{Control, ControlItem};

/// The attempts that must not be under way when an order is taken in, so that no effect of them lands later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Quiet {
    /// No attempt matters.
    No,
    /// No attempt at all may be under way.
    Everything,
    /// No attempt of these steps may be under way.
    Steps(Vec<StepId>),
}

/// The effect of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taking {
    /// The events that are recorded. It is empty if they are on record already.
    pub(super) events: Vec<Event>,
    /// The condition under which they are recorded.
    pub(super) quiet: Quiet,
}

/// A refusal of an order: an advice code, and a sentence.
pub(super) type Refusal = (Code, String);

/// Decides the effect of an order.
pub(super) fn judge(order: &ControlItem, plan: &Plan, state: &State) -> Result<Taking, Refusal> {
    let (by, why) = (order.by.clone(), order.why.clone());
    match &order.control {
        Control::Hold => match state.held() {
            Some(hold) => {
                Err((codes::SAGA_HELD, format!("{} holds it since {:.0}: {}", hold.by, hold.since, hold.why)))
            }
            None => {
                Ok(Taking { events: vec![Event::Control(ControlEvent::Held { by, why })], quiet: Quiet::Everything })
            }
        },
        Control::Resume => match state.held() {
            Some(_) => Ok(Taking { events: vec![Event::Control(ControlEvent::Resumed { by, why })], quiet: Quiet::No }),
            None => Err((codes::NOT_HELD, "nobody holds it".to_owned())),
        },
        Control::Retry { step } => retry(*step, by, state),
        Control::Waive { step } => waive(*step, by, why, plan, state),
        Control::EndPursuit { step } => end_pursuit(*step, &by, &why, plan, state),
        Control::Lesson { text, owner, due } => {
            let known = state.lessons().iter().any(|lesson| lesson.by == by && lesson.text == *text);
            let learned =
                Event::Control(ControlEvent::LessonLearned { by, text: text.clone(), owner: owner.clone(), due: *due });
            Ok(Taking { events: if known { Vec::new() } else { vec![learned] }, quiet: Quiet::No })
        }
    }
}

fn open(step: StepId, state: &State) -> Result<StepState, Refusal> {
    let record = state.step(step).ok_or((codes::NO_STEP, format!("its plan has no step {step}")))?;
    match record.state {
        StepState::Done => Err((codes::STEP_SETTLED, format!("step {step} is done: {}", record.note))),
        StepState::Waived => Err((codes::STEP_SETTLED, format!("step {step} was {}", record.note))),
        StepState::Planned | StepState::Intended | StepState::Waiting | StepState::Blocked => Ok(record.state),
    }
}

fn retry(step: StepId, by: String, state: &State) -> Result<Taking, Refusal> {
    match open(step, state)? {
        StepState::Blocked | StepState::Waiting => {
            Ok(Taking { events: vec![Event::Step(StepEvent::Unblocked { step, by })], quiet: Quiet::No })
        }
        StepState::Planned | StepState::Intended | StepState::Done | StepState::Waived => Err((
            codes::STEP_NOT_TRIED,
            format!("step {step} has no outcome yet: it is tried as soon as its stage begins"),
        )),
    }
}

/// Goes on without a step, by a person's decision. If the step is pursued, its pursuit ends.
fn waive(step: StepId, by: String, why: String, plan: &Plan, state: &State) -> Result<Taking, Refusal> {
    open(step, state)?;
    let pursued = plan.step(step).is_some_and(|of| of.pursue);
    let why = if pursued { pursuit_ended(&why) } else { why };
    Ok(Taking { events: vec![Event::Step(StepEvent::Waived { step, by, why })], quiet: Quiet::Steps(vec![step]) })
}

fn end_pursuit(step: Option<StepId>, by: &str, why: &str, plan: &Plan, state: &State) -> Result<Taking, Refusal> {
    let pursued = |id: &StepId| plan.step(*id).is_some_and(|of| of.pursue);
    let steps: Vec<StepId> = match step {
        Some(step) => {
            open(step, state)?;
            vec![step]
        }
        None => state.steps().filter(|(_, record)| !record.state.is_settled()).map(|(id, _)| id).collect(),
    };
    let steps: Vec<StepId> = steps.into_iter().filter(pursued).collect();
    if steps.is_empty() {
        let message = match step {
            Some(step) => format!("step {step} is not pursued: `switchback waive {step}` goes on without it"),
            None => "nothing of it is pursued any more".to_owned(),
        };
        return Err((codes::NOT_PURSUED, message));
    }
    // The pursuit of one step that never ends may be ended at any time. The pursuit of a whole side ends only after
    // the forward part is done.
    if step.is_none() && state.forward_done_at().is_none() {
        let message = "its forward part is not done: name the one step whose pursuit shall end";
        return Err((codes::FORWARD_OPEN, message.to_owned()));
    }
    let waived =
        |step: &StepId| Event::Step(StepEvent::Waived { step: *step, by: by.to_owned(), why: pursuit_ended(why) });
    Ok(Taking { events: steps.iter().map(waived).collect(), quiet: Quiet::Steps(steps) })
}

fn pursuit_ended(why: &str) -> String {
    format!("pursuit ended: {why}")
}
