//! Decides what the end of an attempt means for its step. Pure.

use failover::Role;
use failover::plan::own;
use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Reaction, Step, StepEvent, StepId, StepRecord, StepState};

use super::attempt::Ended;
use crate::codes;
use crate::settings::Settings;

/// The shortest pause before another try.
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// The record that an attempt leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// A line in the log and a step item.
    Line(StepEvent),
    /// Only this runner's state changes, since the result is the same as before.
    Same(StepEvent),
    /// The step was not tried at all. Nothing is recorded or counted.
    NotTried,
    /// The intent must be recorded. Then the step is tried at once.
    Intent(StepEvent),
}

/// Decides what the end of an attempt means.
///
/// `jitter` is a number that differs from step to step, so that steps that failed together do not come back together.
pub(super) fn judge(
    id: StepId,
    step: &Step,
    record: &StepRecord,
    ended: Ended,
    now: Timestamp,
    jitter: u64,
    settings: &Settings,
) -> News {
    let attempts = record.attempts.saturating_add(1);
    let fault = match ended {
        Ended::Done(note) => return News::Line(StepEvent::Done { step: id, attempts, note }),
        Ended::NeedsIntent => return News::Intent(StepEvent::Intended { step: id }),
        Ended::Fault(fault) if fault.code == codes::LEASE_ENDING => return News::NotTried,
        Ended::Fault(fault) => fault,
    };
    let asked = match fault.reaction {
        Reaction::Again { after_ms } => after_ms,
        Reaction::VerifyFirst | Reaction::AlreadySo | Reaction::WaitForOthers => None,
        Reaction::PersonNeeded => {
            return told_before(
                record,
                &fault,
                attempts,
                step.pursue,
                StepEvent::Blocked { step: id, attempts, fault: fault.clone() },
            );
        }
        // The resource was listed, so the workspace has this kind. Something in between gave this answer.
        Reaction::UnsupportedHere if step.place == Role::Leaving.as_str() => None,
        Reaction::UnsupportedHere => {
            let fault = Fault { reaction: Reaction::PersonNeeded, ..fault };
            return told_before(
                record,
                &fault,
                attempts,
                step.pursue,
                StepEvent::Blocked { step: id, attempts, fault: fault.clone() },
            );
        }
    };
    let pause = pause(step, &fault, attempts, asked, jitter, settings);
    let next_at = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    told_before(
        record,
        &fault,
        attempts,
        step.pursue,
        StepEvent::Tried { step: id, attempts, fault: fault.clone(), next_at },
    )
}

/// A try that ends like the one before gets a line only now and then.
fn told_before(record: &StepRecord, fault: &Fault, attempts: u32, pursued: bool, event: StepEvent) -> News {
    let waits = record.state == StepState::Waiting && matches!(event, StepEvent::Tried { .. });
    let blocked = record.state == StepState::Blocked && matches!(event, StepEvent::Blocked { .. });
    let same_code = record.fault.as_ref().is_some_and(|before| before.code == fault.code);
    // A dead side fails in several ways in turn. For the pursuit this is no news.
    let same = (blocked && same_code) || (waits && (same_code || pursued));
    // A step that only waits for others has no fault, so it gets one line.
    let waits_for_others = waits && same_code && fault.reaction == Reaction::WaitForOthers;
    if waits_for_others || same && !attempts.is_power_of_two() { News::Same(event) } else { News::Line(event) }
}

fn pause(
    step: &Step,
    fault: &Fault,
    attempts: u32,
    asked: Option<u64>,
    jitter: u64,
    settings: &Settings,
) -> SignedDuration {
    let asked = SignedDuration::from_millis(asked.map_or(0, |ms| i64::try_from(ms).unwrap_or(i64::MAX)));
    // The time of a window is the plan's own. Any other time is a wish of the other side.
    let asked = if step.kind == own::WINDOW { asked } else { asked.min(settings.obeys(step.pursue)) };
    // A change that is under way is tried again soon, since nothing of it failed.
    let awaited = fault.code == codes::STILL_CHANGING && !step.pursue;
    let attempts = if awaited { 1 } else { attempts };
    let longest = if step.pursue && fault.reaction != Reaction::WaitForOthers {
        settings.pursuit_interval
    } else {
        settings.longest_pause
    };
    let doubled = SHORTEST_PAUSE.as_millis() << attempts.min(16).saturating_sub(1);
    let doubled = SignedDuration::from_millis(i64::try_from(doubled).unwrap_or(i64::MAX)).min(longest);
    // The last quarter is spread.
    let spread = SignedDuration::from_millis((doubled.as_millis() / 4) as i64 * (jitter % 1000) as i64 / 1000);
    asked.max(doubled - spread).min(longest.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use failover::plan::{EVERYTHING, want};

    /// Whether a step is done when a call or a read of it gets the answer that it is unsupported.
    fn is_done(place: Role, resource: &str) -> bool {
        let step = Step { pursue: true, ..Step::new(place.as_str(), "job", resource, "", want::ALL_FENCED) };
        let id = StepId { stage: 0, number: 0 };
        let ended = Ended::Fault(Fault::unsupported_here(codes::STILL_CHANGING, "no such API"));
        let (record, now) = (StepRecord::planned(), Timestamp::UNIX_EPOCH);
        match judge(id, &step, &record, ended, now, 0, &Settings::default()) {
            News::Line(event) | News::Same(event) | News::Intent(event) => matches!(event, StepEvent::Done { .. }),
            News::NotTried => false,
        }
    }

    /// A resource that is on and takes no call is not fenced, whatever the answer is (S5).
    #[test]
    fn nothing_is_done_by_an_answer_that_it_is_unsupported_s5() {
        for (place, resource) in [(Role::Leaving, "7"), (Role::Leaving, EVERYTHING), (Role::Target, "7")] {
            assert!(!is_done(place, resource), "{place:?} {resource}");
        }
    }
}
