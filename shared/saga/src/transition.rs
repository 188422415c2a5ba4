//! The change that an event makes to the one step that it names. Total: an event that cannot follow is refused, and
//! never ignored.

use jiff::Timestamp;

use crate::event::Event;
use crate::fault::Reaction;
use crate::illegal::Illegal;
use crate::plan::StepId;
use crate::step_record::{StepRecord, StepState};

/// The record of a step after an event that names it.
pub(crate) fn transition(
    id: StepId,
    mut record: StepRecord,
    event: &Event,
    at: Timestamp,
    epoch: u64,
) -> Result<StepRecord, Illegal> {
    let illegal = |event| Err(Illegal::Step { step: id, state: record.state, event });
    record.epoch = epoch;
    match (record.state, event) {
        (StepState::Done | StepState::Waived, _) => return illegal("anything else: it is settled"),
        (
            StepState::Planned | StepState::Intended | StepState::Waiting | StepState::Blocked,
            Event::Intended { .. },
        ) => {
            record.state = StepState::Intended;
            record.next_at = None;
        }
        (state, Event::Tried { attempts, fault, next_at, .. }) => {
            record.state = match (state, fault.reaction) {
                (StepState::Intended, Reaction::VerifyFirst | Reaction::AlreadySo) => StepState::Intended,
                _ => StepState::Waiting,
            };
            tried(&mut record, *attempts, at);
            record.fault = Some(fault.clone());
            record.next_at = Some(*next_at);
        }
        (_, Event::Done { attempts, note, .. }) => {
            record.state = StepState::Done;
            tried(&mut record, *attempts, at);
            record.next_at = None;
            // The last attempt succeeded. The faults of earlier attempts may be missing from the log, so none is
            // kept (S18).
            record.fault = None;
            record.note.clone_from(note);
        }
        (_, Event::Blocked { attempts, fault, .. }) => {
            record.state = StepState::Blocked;
            tried(&mut record, *attempts, at);
            record.fault = Some(fault.clone());
            record.next_at = None;
        }
        (StepState::Blocked | StepState::Waiting, Event::Unblocked { .. }) => {
            record.state = StepState::Waiting;
            record.next_at = Some(at);
        }
        (_, Event::Waived { by, why, .. }) => {
            record.state = StepState::Waived;
            record.next_at = None;
            record.note = format!("waived by {by}: {why}");
        }
        (StepState::Planned | StepState::Intended, Event::Unblocked { .. }) => {
            return illegal("unblocked");
        }
        (
            _,
            Event::Started { .. }
            | Event::TookOver { .. }
            | Event::Approved { .. }
            | Event::StageEntered { .. }
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
            | Event::Finished { .. },
        ) => return illegal("the subject of an event that names no step"),
    }
    Ok(record)
}

fn tried(record: &mut StepRecord, attempts: u32, at: Timestamp) {
    record.attempts = attempts;
    record.first_try.get_or_insert(at);
    record.last_try = Some(at);
}
