//! What people ordered of a saga under way, as its lines tell it.
//!
//! Law: between `Held` and `Resumed` no line can stand that begins something, so a log in which a held
//! saga acts does not hold together.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::event::{Event, Outcome};
use crate::state::Illegal;

/// A person holds the saga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// Since when.
    pub since: Timestamp,
}

/// Something that was learned (R43).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Who wrote it down.
    pub by: String,
    /// What.
    pub text: String,
    /// Who sees to it.
    pub owner: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// When it was recorded.
    pub at: Timestamp,
}

/// Everything that people ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Controls {
    held: Option<Hold>,
    lessons: Vec<Lesson>,
    /// By order: why it was refused, or `None` if it was carried out.
    ended: BTreeMap<String, Option<String>>,
}

impl Controls {
    /// Whether an event can follow.
    pub(crate) fn admit(&self, event: &Event) -> Result<(), Illegal> {
        let illegal = |phase| Err(Illegal::Phase(phase));
        match event {
            Event::Held { .. } if self.held.is_some() => illegal("held"),
            Event::Resumed { .. } if self.held.is_none() => illegal("not held"),
            Event::TakenIn { control } | Event::Refused { control, .. } if self.ended.contains_key(control) => {
                illegal("done with this order")
            }
            Event::StageEntered { .. }
            | Event::Approved { .. }
            | Event::Intended { .. }
            | Event::Tried { .. }
            | Event::Done { .. }
            | Event::Blocked { .. }
            | Event::ForwardDone
            | Event::Round { .. }
            | Event::PersonNeeded { .. }
            | Event::Finished { outcome: Outcome::Completed, .. }
                if self.held.is_some() =>
            {
                illegal("held")
            }
            Event::Started { .. }
            | Event::TookOver { .. }
            | Event::Approved { .. }
            | Event::StageEntered { .. }
            | Event::Intended { .. }
            | Event::Tried { .. }
            | Event::Done { .. }
            | Event::Blocked { .. }
            | Event::Unblocked { .. }
            | Event::Waived { .. }
            | Event::ForwardDone
            | Event::Round { .. }
            | Event::HandedOver
            | Event::PersonNeeded { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::LessonLearned { .. }
            | Event::TakenIn { .. }
            | Event::Refused { .. }
            | Event::AbortAsked { .. }
            | Event::Finished { outcome: Outcome::Completed | Outcome::Aborted, .. } => Ok(()),
        }
    }

    /// Folds in an event that [`Controls::admit`] let pass.
    pub(crate) fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Held { by, why } => self.held = Some(Hold { by: by.clone(), why: why.clone(), since: at }),
            Event::Resumed { .. } => self.held = None,
            Event::LessonLearned { by, text, owner, due } => {
                let (by, text, owner) = (by.clone(), text.clone(), owner.clone());
                self.lessons.push(Lesson { by, text, owner, due: *due, at });
            }
            Event::TakenIn { control } => drop(self.ended.insert(control.clone(), None)),
            Event::Refused { control, why, .. } => drop(self.ended.insert(control.clone(), Some(why.clone()))),
            Event::Started { .. }
            | Event::TookOver { .. }
            | Event::Approved { .. }
            | Event::StageEntered { .. }
            | Event::Intended { .. }
            | Event::Tried { .. }
            | Event::Done { .. }
            | Event::Blocked { .. }
            | Event::Unblocked { .. }
            | Event::Waived { .. }
            | Event::ForwardDone
            | Event::Round { .. }
            | Event::HandedOver
            | Event::PersonNeeded { .. }
            | Event::AbortAsked { .. }
            | Event::Finished { .. } => {}
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
