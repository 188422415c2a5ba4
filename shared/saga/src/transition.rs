//! The change that an event makes to its step. Total: an event that cannot follow is refused, and
//! never ignored.

use jiff::Timestamp;

use crate::event::StepEvent;
use crate::fault::Reaction;
use crate::illegal::TransitionError;
use crate::step_record::{StepRecord, StepState};

/// The record of a step after one of its events.
pub(crate) fn transition(
    mut record: StepRecord,
    event: &StepEvent,
    at: Timestamp,
    epoch: u64,
) -> Result<StepRecord, TransitionError> {
    let illegal = |what| Err(TransitionError::Step { step: event.step(), state: record.state, event: what });
    record.epoch = epoch;
    match (record.state, event) {
        (StepState::Done | StepState::Waived, _) => return illegal("anything else: it is settled"),
        (
            StepState::Planned | StepState::Intended | StepState::Waiting | StepState::Blocked,
            StepEvent::Intended { .. },
        ) => {
            record.state = StepState::Intended;
            record.next_at = None;
        }
        (state, StepEvent::Tried { attempts, fault, next_at, .. }) => {
            record.state = match (state, fault.reaction) {
                (StepState::Intended, Reaction::VerifyFirst | Reaction::AlreadySo) => StepState::Intended,
                _ => StepState::Waiting,
            };
            tried(&mut record, *attempts, at);
            record.fault = Some(fault.clone());
            record.next_at = Some(*next_at);
        }
        (_, StepEvent::Done { attempts, note, .. }) => {
            record.state = StepState::Done;
            tried(&mut record, *attempts, at);
            record.next_at = None;
            // The last attempt succeeded. The faults of earlier attempts may be missing from the log, so none is
            // kept (S18).
            record.fault = None;
            record.note.clone_from(note);
        }
        (_, StepEvent::Blocked { attempts, fault, .. }) => {
            record.state = StepState::Blocked;
            tried(&mut record, *attempts, at);
            record.fault = Some(fault.clone());
            record.next_at = None;
        }
        (StepState::Blocked | StepState::Waiting, StepEvent::Unblocked { .. }) => {
            record.state = StepState::Waiting;
            record.next_at = Some(at);
        }
        (_, StepEvent::Waived { by, why, .. }) => {
            record.state = StepState::Waived;
            record.next_at = None;
            record.note = format!("waived by {by}: {why}");
        }
        (StepState::Planned | StepState::Intended, StepEvent::Unblocked { .. }) => {
            return illegal("unblocked");
        }
    }
    Ok(record)
}

fn tried(record: &mut StepRecord, attempts: u32, at: Timestamp) {
    record.attempts = attempts;
    record.first_try.get_or_insert(at);
    record.last_try = Some(at);
}
