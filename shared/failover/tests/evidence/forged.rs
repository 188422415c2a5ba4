//! Tests against forgers who know how seals are made: each kind of tampering comes with the seal that fits it.

use failover::evidence::sample::{self, at};
use failover::evidence::{Judged, Record, Tables, verify};
use saga::{Event, Line, Outcome, PlanHash, Proof, SagaEvent, StepEvent};
use sha2::{Digest, Sha256};

/// The name of a forgery, the change to the record, and a word that the report must contain.
type Forgery = (&'static str, fn(&mut Record), &'static str);

/// Kinds of tampering with the facts. Most of them leave the tables as they were.
const FORGERIES: &[Forgery] = &[
    ("a line is altered", |record| record.facts.log[9].at = at(119), "line 9 of the log"),
    ("a line's words are altered", |record| note(&mut record.facts.log[6]), "line 6 of the log"),
    ("a line is removed", |record| drop(record.facts.log.remove(9)), "line 10 of the log"),
    ("the last line is removed", |record| drop(record.facts.log.pop()), "does not end"),
    ("lines are reordered", |record| record.facts.log.swap(6, 7), "line 7 of the log"),
    ("a line is appended", append, "cannot follow the lines before it"),
    ("a line is put in and all after it chained anew", put_in, "does not follow from the facts"),
    ("the plan is changed", change_plan, "the plan does not prove itself"),
    ("the plan is changed with its hash", change_plan_and_hash, "the saga began with plan"),
    ("another person approved", |record| person(record, "dan"), "approved by"),
    (
        "another person said yes",
        |record| record.facts.questions[0].given[1].by = "dan".to_owned(),
        "those who said yes",
    ),
    ("the loss that was shown is lowered", lower_loss, "shown a loss of"),
    ("the loss in the log is lowered", lower_logged_loss, "line 2 of the log"),
    ("the risk was not accepted", |record| answer(record).accepts_risk = false, "accepting the risk"),
    ("an answer counts as proven", |record| answer(record).proofs = vec![Proof::LinkAndCode], "proven"),
    ("the proof of a yes is another", |record| record.facts.questions[0].given[0].proofs.clear(), "those who said yes"),
    ("the answer is hidden", |record| record.facts.questions.clear(), "no such answer is recorded"),
    ("it ended in another way", |record| record.facts.outcome = Outcome::Aborted, "its log says Completed"),
    ("it was started by somebody else", |record| record.facts.by = "ana".to_owned(), "was started by"),
    ("it is called another saga", |record| record.facts.saga.0 = "payments-2".to_owned(), "this is the log of saga"),
    ("it is called a drill", |record| record.facts.kind = "drill".to_owned(), "its plan says"),
    ("it has the log of another saga", another_log, "this is the log of saga payments-2"),
];

/// Kinds of tampering with the tables. They leave the facts as they were.
const TABLES: &[Forgery] = &[
    ("a clock is changed", |record| record.tables.clocks[4].achieved_ms = Some(200_000), "clocks"),
    ("an objective counts as met", |record| record.tables.datasets[0].judged = Judged::Met, "datasets"),
    ("a loss is lowered", |record| record.tables.datasets[0].loss_s = Some(42), "datasets"),
    ("the worst dataset is another", |record| record.tables.worst_dataset = None, "worst_dataset"),
    ("a waiver is hidden", |record| drop(record.tables.left_out.pop()), "left_out"),
    ("a person is put into an approval", |record| record.tables.approvals[0].by = "dan".to_owned(), "approvals"),
    ("a finding is hidden", |record| record.tables.findings_before.clear(), "findings_before"),
    ("an open finding is hidden", |record| record.tables.findings_after.clear(), "findings_after"),
    ("a step has fewer tries", |record| record.tables.steps[1].tries = 1, "steps"),
    ("a step's fault is hidden", |record| record.tables.steps[1].faults.clear(), "steps"),
    ("a stage began earlier", |record| record.tables.stages[3].entered_at = Some(at(150)), "stages"),
    ("the run ended earlier", |record| record.tables.run.ended_at = at(500), "run"),
    ("the time on the target is longer", |record| record.tables.on_target = None, "on_target"),
    ("the chain ends elsewhere", |record| record.tables.chain.lines = 16, "chain"),
];

#[test]
fn tampering_with_facts_is_found_whatever_the_seal() {
    for forgery in FORGERIES {
        let found = forge(forgery);
        assert!(found.iter().any(|it| it.contains(forgery.2)), "{}: {found:#?}", forgery.0);
    }
}

#[test]
fn tampering_with_tables_is_found_with_the_line_of_the_file() {
    for forgery in TABLES {
        let found = forge(forgery);
        let table = format!("table {:?} does not follow", forgery.2);
        assert!(found.len() == 1 && found[0].contains(&table), "{}: {found:#?}", forgery.0);
        assert!(found[0].starts_with("line "), "{found:?}");
    }
}

#[test]
fn the_line_that_is_told_is_the_one_that_was_altered() {
    let mut record = sample::record("payments-1");
    record.tables.steps[1].tries = 7;
    let text = String::from_utf8(sealed(record).to_bytes()).unwrap();
    let wanted = text.lines().position(|line| line.trim() == "\"tries\": 7,").unwrap() + 1;
    let found = verify(text.as_bytes(), None, &no_page).unwrap_err();
    assert_eq!(found[0].line, Some(wanted), "{found:?}");
}

/// A record that was made before proofs were recorded is read and verified as before (S22).
#[test]
fn a_record_without_proofs_still_verifies() {
    let mut facts = sample::facts("payments-1");
    let events = facts.log.iter().map(|line| (line.at.as_second() - at(0).as_second(), line.event.clone()));
    let untold = events.map(|(seconds, mut event)| {
        if let Event::Saga(SagaEvent::Approved { proofs, .. }) = &mut event {
            proofs.clear();
        }
        (seconds, event)
    });
    facts.log = sample::chained(untold.collect());
    facts.questions[0].given.iter_mut().for_each(|given| given.proofs.clear());
    facts.questions[0].answer.as_mut().unwrap().proofs.clear();
    let bytes = Record::of(facts).unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&bytes).contains("proofs"));
    assert!(verify(&bytes, None, &no_page).is_ok());
}

#[test]
fn another_spelling_of_the_same_content_is_found() {
    let record = sample::record("payments-1");
    let text = String::from_utf8(record.to_bytes()).unwrap();
    let compact = serde_json::to_string(&record).unwrap();
    let unescaped = text.replace("\\u003c", "<");
    let member = text.replacen("  \"facts\": {", "  \"comment\": 1,\n  \"facts\": {", 1);
    let twice = text.replacen("    \"kind\"", "    \"kind\": \"failover\",\n    \"kind\"", 1);
    for other in [compact, unescaped, member, twice, text.replace('\n', "\r\n")] {
        assert!(verify(other.as_bytes(), None, &no_page).is_err(), "{}", &other[..200]);
    }
}

/// No file without a key can prevent this: everything is made up, and the file agrees with itself. Only the seal
/// that was recorded elsewhere finds it.
#[test]
fn a_record_that_was_made_up_as_a_whole_is_found_only_by_the_recorded_seal() {
    let genuine = sample::record("payments-1");
    let mut facts = sample::facts("payments-1");
    let events = facts.log.iter().map(|line| (line.at.as_second() - at(0).as_second(), line.event.clone()));
    // The waiver becomes a success, as if the job had been stopped.
    let made_up = events.map(|(seconds, event)| {
        if let Event::Step(StepEvent::Waived { step, .. }) = event {
            return (seconds, Event::Step(StepEvent::Done { step, attempts: 5, note: "paused".to_owned() }));
        }
        (seconds, event)
    });
    facts.log = sample::chained(made_up.collect());
    let forged = Record::of(facts).unwrap();
    assert!(verify(&forged.to_bytes(), None, &no_page).is_ok(), "offline it cannot be told");
    let found = verify(&forged.to_bytes(), Some(&genuine.seal), &no_page).unwrap_err();
    assert!(found[0].what.contains("it is another record"), "{found:?}");
}

/// No other fact in the file depends on these facts. Only the recorded seal protects them.
#[test]
fn what_stands_beside_the_log_is_protected_by_the_recorded_seal_alone() {
    let genuine = sample::record("payments-1");
    let beside: [fn(&mut failover::evidence::Facts); 4] = [
        |facts| facts.objectives.rto_s = Some(9_000),
        |facts| facts.audit.clear(),
        |facts| facts.verdict.clear(),
        |facts| facts.lost_at = None,
    ];
    for forge in beside {
        let mut facts = sample::facts("payments-1");
        forge(&mut facts);
        let forged = Record::of(facts).unwrap();
        assert!(verify(&forged.to_bytes(), None, &no_page).is_ok());
        assert!(verify(&forged.to_bytes(), Some(&genuine.seal), &no_page).is_err());
    }
}

fn forge((what, forge, _): &Forgery) -> Vec<String> {
    let mut record = sample::record("payments-1");
    forge(&mut record);
    let bytes = sealed(record).to_bytes();
    let found = verify(&bytes, None, &no_page).expect_err(what);
    assert!(found.iter().all(|it| !it.what.contains("seals to")), "{what}: the forger got the seal wrong");
    found.iter().map(ToString::to_string).collect()
}

/// Makes the seal that anybody can compute who reads how it is made.
fn sealed(mut record: Record) -> Record {
    record.seal = String::new();
    let digest = Sha256::digest(record.to_bytes());
    record.seal = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    record
}

fn note(line: &mut Line) {
    if let Event::Step(StepEvent::Done { note, .. }) = &mut line.event {
        note.push('!');
    }
}

fn append(record: &mut Record) {
    let mut events: Vec<_> = record.facts.log.iter().map(|line| (line.at.as_second(), line.event.clone())).collect();
    events.push((at(601).as_second(), Event::Saga(SagaEvent::HandedOver)));
    record.facts.log = again(events);
    record.tables.chain.lines += 1;
}

fn put_in(record: &mut Record) {
    let mut events: Vec<_> = record.facts.log.iter().map(|line| (line.at.as_second(), line.event.clone())).collect();
    events.insert(16, (at(500).as_second(), Event::Saga(SagaEvent::HandedOver)));
    record.facts.log = again(events);
}

fn again(events: Vec<(i64, Event)>) -> Vec<Line> {
    sample::chained(events.into_iter().map(|(second, event)| (second - at(0).as_second(), event)).collect())
}

fn change_plan(record: &mut Record) {
    let line = record.facts.plan.iter_mut().find(|line| line.contains("\"report\"")).unwrap();
    *line = line.replace("report", "repost");
}

fn change_plan_and_hash(record: &mut Record) {
    change_plan(record);
    record.facts.plan_hash = PlanHash::of(&record.facts.plan_bytes());
    record.tables = Tables::of(&record.facts).unwrap();
}

fn answer(record: &mut Record) -> &mut failover::evidence::GivenAnswer {
    record.facts.questions[0].answer.as_mut().unwrap()
}

fn person(record: &mut Record, by: &str) {
    answer(record).by = by.to_owned();
}

fn lower_loss(record: &mut Record) {
    answer(record).loss_shown_s = Some(42);
    record.facts.questions[0].given.iter_mut().for_each(|given| given.loss_shown_s = Some(42));
}

fn lower_logged_loss(record: &mut Record) {
    lower_loss(record);
    if let Event::Saga(SagaEvent::Approved { loss_shown, .. }) = &mut record.facts.log[2].event {
        *loss_shown = "42 s".to_owned();
    }
    record.tables.approvals[0].loss_shown = "42 s".to_owned();
}

fn another_log(record: &mut Record) {
    record.facts.log = sample::facts("payments-2").log;
}

fn no_page(_record: &Record) -> String {
    String::new()
}
