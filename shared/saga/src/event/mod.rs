//! The events of a saga. Each event is one line of its log.
//!
//! Law: the JSON of an event is flat, with the tag `event` first. The groups are not part of it, since the hash chain
//! of the log is over these bytes.

mod control_event;
mod decode;
mod saga_event;
mod step_event;

use serde::Serialize;

pub use control_event::ControlEvent;
pub use saga_event::{Outcome, SagaEvent};
pub use step_event::StepEvent;

use crate::plan::StepId;

/// One thing that happened, in the past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// It happened to the saga as a whole.
    Saga(SagaEvent),
    /// It happened to one step.
    Step(StepEvent),
    /// A person ordered it.
    Control(ControlEvent),
}

impl Event {
    /// The event with each of its texts cut to [`TEXT`](crate::bounds::TEXT) bytes at most (S25). Ids stay as they are.
    #[must_use]
    pub fn capped(self) -> Self {
        match self {
            Event::Saga(event) => Event::Saga(event.capped()),
            Event::Step(event) => Event::Step(event.capped()),
            Event::Control(event) => Event::Control(event.capped()),
        }
    }

    /// The step that the event is about; `None` if it is about no single step.
    pub fn step(&self) -> Option<StepId> {
        match self {
            Event::Step(event) => Some(event.step()),
            Event::Saga(_) | Event::Control(_) => None,
        }
    }
}

impl From<SagaEvent> for Event {
    fn from(event: SagaEvent) -> Self {
        Event::Saga(event)
    }
}

impl From<StepEvent> for Event {
    fn from(event: StepEvent) -> Self {
        Event::Step(event)
    }
}

impl From<ControlEvent> for Event {
    fn from(event: ControlEvent) -> Self {
        Event::Control(event)
    }
}
