//! Judges the end of a saga: it must be right whatever happened on the way.
//!
//! Law: the judge asks two sources that know nothing of each other: the record of the saga, and the simulator's
//! auditor. Each sentence begins with the law that is broken.

use engine::ports::SagaStatus;
use local::rehearsal::RehearsalResult;
use saga::{Event, Outcome, SagaEvent, StepRecord};

use crate::record::{digest, early, epochs};

/// Everything that is wrong at the end.
pub fn offences(told: &RehearsalResult) -> Vec<String> {
    if told.report.outcome == NOT_BEGUN { untouched(told) } else { moved(told) }
}

/// The outcome of a full drill that its alarm turned back before any step was tried. A death or a lost reply held its
/// way out up until the alarm had risen.
const NOT_BEGUN: &str = "not-begun";

/// Everything that is wrong after a drill that did not begin. No step may have been tried, and nothing may differ.
fn untouched(told: &RehearsalResult) -> Vec<String> {
    let (ended, auditor) = (&told.ended, &told.report.auditor);
    let mut offences = records(told, Outcome::Aborted);
    let tried = ended.view.state.steps().filter(|(_, record)| **record != StepRecord::planned()).count();
    if tried != 0 {
        offences.push(format!("{NOT_BEGUN}, and {tried} steps are no longer as planned"));
    }
    if ended.legs.len() != 1 || !ended.differences.is_empty() {
        offences.push(format!("{NOT_BEGUN}, after {} sagas: {:?}", ended.legs.len(), ended.differences));
    }
    if auditor.runs_wrong != 0 || auditor.double_unexplained_s != 0.0 {
        offences.push(format!("S8, S10: {} works with a wrong number of runs", auditor.runs_wrong));
    }
    offences.extend(early(&told.ended.view));
    offences
}

/// Everything that is wrong at the end of a saga that moved the work.
fn moved(told: &RehearsalResult) -> Vec<String> {
    let mut offences = Vec::new();
    let mut must = |holds: bool, sentence: String| {
        if !holds {
            offences.push(sentence);
        }
    };
    let (report, auditor) = (&told.report, &told.report.auditor);
    // A drill ends as turned back if its alarm has risen. Nothing else ends so.
    must(
        ["completed", "turned-back"].contains(&report.outcome.as_str()),
        format!("L1: the outcome is {}", report.outcome),
    );
    must(report.steps.blocked == 0, format!("{} steps are blocked", report.steps.blocked));
    must(report.pursuit.left == 0, format!("S10: {} steps are left to the pursuit", report.pursuit.left));
    must(
        auditor.double_unexplained_s == 0.0,
        format!("S10: {} s of unexplained double processing", auditor.double_unexplained_s),
    );
    must(
        auditor.processed_after_done == 0,
        format!("S5: {} processed after they were reported fenced", auditor.processed_after_done),
    );
    must(auditor.woken_that_were_off == 0, format!("S15: {} woken that were off", auditor.woken_that_were_off));
    must(
        auditor.runs_seen == auditor.runs_expected && auditor.runs_wrong == 0,
        format!(
            "S8: {} runs of {}, {} works with a wrong number",
            auditor.runs_seen, auditor.runs_expected, auditor.runs_wrong
        ),
    );
    must(auditor.unknown_routes == 0, format!("{} requests that no workspace knows", auditor.unknown_routes));
    must(
        auditor.processing_on_leaving == 0,
        format!("S10: {} under way on the leaving side at the end", auditor.processing_on_leaving),
    );
    offences.extend(early(&told.ended.view));
    offences.extend(records(told, Outcome::Completed));
    offences
}

/// S2, S16, S18 on the record. Reading the record has already proved that the chain of the log holds, and that its
/// lines can follow each other.
fn records(told: &RehearsalResult, outcome: Outcome) -> Vec<String> {
    let (view, items) = (&told.ended.view, &told.ended.items);
    let mut offences = digest(view, items, |item, replayed| item == replayed);
    let epochs = epochs(view);
    if !epochs.is_sorted_by(|earlier, later| earlier < later) || epochs.last().is_some_and(|it| *it > view.head.epoch) {
        offences.push(format!("S2: the epochs are {epochs:?}, the last is {}", view.head.epoch));
    }
    let over = view.state.finished() == Some(outcome)
        && view.head.status == SagaStatus::Finished(outcome)
        && view.lines.iter().filter(|line| matches!(line.event, Event::Saga(SagaEvent::Finished { .. }))).count() == 1;
    if !over || view.pair.saga.is_some() {
        offences.push(format!("S1, S16: the saga is {:?}, the pair names {:?}", view.head.status, view.pair.saga));
    }
    offences
}
