//! The events that come from the orders of people.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::bounds::capped_text as cap;

/// One thing that a person ordered, or the answer to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ControlEvent {
    /// A person holds the saga. Nothing is under way, and nothing begins until it is resumed.
    Held {
        /// Name of the person.
        by: String,
        /// Reason that the person gave.
        why: String,
    },
    /// A person lets a held saga go on.
    Resumed {
        /// Name of the person.
        by: String,
        /// Reason that the person gave.
        why: String,
    },
    /// A person wrote down a lesson (R43).
    LessonLearned {
        /// Name of the person.
        by: String,
        /// The lesson in the person's words.
        text: String,
        /// Name of the person who takes care of it; `None` if nobody was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Day until which it shall be done; `None` if no day was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    },
    /// An order of a person was carried out. Its events are the ones before this line, since the last line of this
    /// kind.
    TakenIn {
        /// Id of the order.
        control: String,
    },
    /// An order of a person was not carried out.
    Refused {
        /// Id of the order.
        control: String,
        /// The order in words, e.g. `hold`.
        what: String,
        /// Name of the person.
        by: String,
        /// Reason of the refusal.
        why: String,
    },
    /// A person asked to end the saga. This is acknowledged when nothing is under way any more (S14).
    AbortAsked {
        /// Name of the person.
        by: String,
        /// Reason that the person gave.
        why: String,
    },
}

impl ControlEvent {
    /// The tags of these events, as their lines carry them.
    pub(super) const TAGS: &[&str] = &["held", "resumed", "lesson_learned", "taken_in", "refused", "abort_asked"];

    pub(super) fn capped(self) -> Self {
        match self {
            ControlEvent::Held { by, why } => ControlEvent::Held { by: cap(by), why: cap(why) },
            ControlEvent::Resumed { by, why } => ControlEvent::Resumed { by: cap(by), why: cap(why) },
            ControlEvent::LessonLearned { by, text, owner, due } => {
                ControlEvent::LessonLearned { by: cap(by), text: cap(text), owner: owner.map(cap), due }
            }
            ControlEvent::TakenIn { control } => ControlEvent::TakenIn { control },
            ControlEvent::Refused { control, what, by, why } => {
                ControlEvent::Refused { control, what: cap(what), by: cap(by), why: cap(why) }
            }
            ControlEvent::AbortAsked { by, why } => ControlEvent::AbortAsked { by: cap(by), why: cap(why) },
        }
    }
}
