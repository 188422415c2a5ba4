//! Tests of the tables in the record of a small saga.

use failover::evidence::sample::{self, at};
use failover::evidence::{Achieved, ClockName, Judged, Record, TablesError};
use saga::{StepState, Tally};

#[test]
fn the_same_facts_make_the_same_bytes() {
    assert_eq!(sample::record("payments-1").to_bytes(), sample::record("payments-1").to_bytes());
    assert_ne!(sample::record("payments-1").seal, sample::record("payments-2").seal);
}

#[test]
fn a_record_comes_back_as_it_was_written() {
    let record = sample::record("payments-1");
    assert_eq!(serde_json::from_slice::<Record>(&record.to_bytes()).unwrap(), record);
    assert!(!record.to_bytes().contains(&b'<'), "it can stand in a page as it is");
    assert_eq!(record.facts.plan_bytes(), sample::plan("payments-1").freeze().unwrap().0);
}

#[test]
fn clocks_are_held_against_the_objective() {
    let record = sample::record("payments-1");
    let told: Vec<_> = record.tables.clocks.iter().map(|row| (row.clock, row.achieved_ms, row.judged)).collect();
    assert_eq!(
        told,
        [
            (ClockName::Detect, Some(60_000), Judged::NoObjective),
            (ClockName::Decide, Some(95_000), Judged::NoObjective),
            (ClockName::Execute, Some(115_000), Judged::NoObjective),
            (ClockName::Validate, Some(190_000), Judged::NoObjective),
            (ClockName::Whole, Some(460_000), Judged::Met),
        ]
    );
    let judged = |rto_s| {
        let mut facts = sample::facts("payments-1");
        facts.objectives.rto_s = rto_s;
        Record::of(facts).unwrap().tables.clocks[4].judged
    };
    assert_eq!([Some(459), Some(460), None].map(judged), [Judged::NotMet, Judged::Met, Judged::NoObjective]);
}

#[test]
fn the_worst_dataset_is_named_and_judged() {
    let tables = sample::record("payments-1").tables;
    assert_eq!(tables.worst_dataset.as_deref(), Some("orders"));
    let row = &tables.datasets[0];
    assert_eq!((row.loss_s, row.objective_s, row.judged), (Some(420), Some(300), Judged::NotMet));
    assert_eq!(Judged::of(None, Some(300)), Judged::NotTold);
}

#[test]
fn steps_tell_tries_and_faults_and_what_was_left_out() {
    let tables = sample::record("payments-1").tables;
    let waived = &tables.steps[1];
    assert_eq!(
        (waived.state, waived.tries, waived.faults.as_slice()),
        (StepState::Waived, 4, &["NO-ANSWER".to_owned()][..])
    );
    assert_eq!((waived.first_try, waived.last_try), (Some(at(98)), Some(at(120))));
    let left_out: Vec<&str> = tables.left_out.iter().map(|row| row.by.as_str()).collect();
    assert_eq!(left_out, ["the plan", "cem"]);
    assert_eq!(tables.findings_after.len(), 1);
    assert_eq!(tables.run.steps, Tally { done: 4, waived: 1, ..Tally::default() });
    assert_eq!(tables.on_target.map(|on| on.seconds), Some(390));
    assert_eq!(tables.approvals[0].answered_at, Some(at(90)));
}

#[test]
fn a_saga_that_is_not_finished_has_no_record() {
    let mut facts = sample::facts("payments-1");
    facts.log.pop();
    assert_eq!(Record::of(facts), Err(TablesError::NotFinished));
}

#[test]
fn what_was_achieved_is_one_row() {
    let record = sample::record("payments-1");
    let achieved = Achieved::of(&record);
    assert_eq!((achieved.worst_loss_s, achieved.losses_not_met), (Some(420), 1));
    assert_eq!(achieved.whole().and_then(|row| row.achieved_ms), Some(460_000));
    assert_eq!(achieved.seal, record.seal);
    assert!(!achieved.is_drill());
}
