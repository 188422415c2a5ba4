//! The orders of people to a saga that is under way, as its lines show them.
//!
//! Law: between `Held` and `Resumed` no line can begin anything. So a log that shows a held saga acting is refused.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::event::{ControlEvent, Event};
use crate::illegal::TransitionError;

/// A hold: a person has stopped the saga until somebody resumes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Name of the person.
    pub by: String,
    /// Reason that the person gave.
    pub why: String,
    /// When the hold began.
    pub since: Timestamp,
}

/// A lesson that a person learned from the saga (R43).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Name of the person who wrote it down.
    pub by: String,
    /// The lesson in the person's words.
    pub text: String,
    /// Name of the person who takes care of it; `None` if nobody was named.
    pub owner: Option<String>,
    /// Day until which it shall be done; `None` if no day was named.
    pub due: Option<Date>,
    /// When it was recorded.
    pub at: Timestamp,
}

/// The sum of everything that people ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Controls {
    held: Option<Hold>,
    lessons: Vec<Lesson>,
    /// By the id of an order: the reason of its refusal, or `None` if it was carried out.
    ended: BTreeMap<String, Option<String>>,
}

impl Controls {
    /// Checks that an event can follow the recorded ones.
    pub(crate) fn admit(&self, event: &Event) -> Result<(), TransitionError> {
        let illegal = |phase| Err(TransitionError::Phase(phase));
        match event {
            Event::Saga(event) if self.held.is_some() && !event.may_follow_hold() => illegal("held"),
            Event::Step(event) if self.held.is_some() && !event.may_follow_hold() => illegal("held"),
            Event::Saga(_) | Event::Step(_) => Ok(()),
            Event::Control(ControlEvent::Held { .. }) if self.held.is_some() => illegal("held"),
            Event::Control(ControlEvent::Resumed { .. }) if self.held.is_none() => illegal("not held"),
            Event::Control(ControlEvent::TakenIn { control } | ControlEvent::Refused { control, .. })
                if self.ended.contains_key(control) =>
            {
                illegal("done with this order")
            }
            Event::Control(
                ControlEvent::Held { .. }
                | ControlEvent::Resumed { .. }
                | ControlEvent::LessonLearned { .. }
                | ControlEvent::TakenIn { .. }
                | ControlEvent::Refused { .. }
                | ControlEvent::AbortAsked { .. },
            ) => Ok(()),
        }
    }

    /// Applies an event that [`Controls::admit`] has accepted.
    pub(crate) fn apply(&mut self, event: &ControlEvent, at: Timestamp) {
        match event {
            ControlEvent::Held { by, why } => self.held = Some(Hold { by: by.clone(), why: why.clone(), since: at }),
            ControlEvent::Resumed { .. } => self.held = None,
            ControlEvent::LessonLearned { by, text, owner, due } => {
                let (by, text, owner) = (by.clone(), text.clone(), owner.clone());
                self.lessons.push(Lesson { by, text, owner, due: *due, at });
            }
            ControlEvent::TakenIn { control } => drop(self.ended.insert(control.clone(), None)),
            ControlEvent::Refused { control, why, .. } => drop(self.ended.insert(control.clone(), Some(why.clone()))),
            ControlEvent::AbortAsked { .. } => {}
        }
    }

    pub(crate) fn held(&self) -> Option<&Hold> {
        self.held.as_ref()
    }

    pub(crate) fn lessons(&self) -> &[Lesson] {
        &self.lessons
    }

    pub(crate) fn of(&self, control: &str) -> Option<Result<(), &str>> {
        self.ended.get(control).map(|why| why.as_deref().map_or(Ok(()), Err))
    }
}
