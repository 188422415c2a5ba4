//! A small saga with everything that a record shows: a fault, a waiver, a loss, two people, a lesson.
//!
//! Law: only tests need it, so it is compiled with the feature `sample` alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use jiff::Timestamp;
use saga::{
    Chain, Code, ControlEvent, Event, Fault, Gate, Line, Outcome, Plan, PlanHash, Proof, SagaEvent, SagaId, Stage,
    Step, StepEvent, StepId,
};
use serde_json::{Value, json};

use super::{AuditAction, AuditFact, Facts, GivenAnswer, Objectives, Question, Record};
use crate::plan::{GO, stage, want};
use crate::{PairName, Side};

/// The proofs of ana and ben.
const PROOFS: [Proof; 2] = [Proof::LinkAndCode, Proof::Code];

/// The time `seconds` after the first signal.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_600_000 + seconds).unwrap()
}

/// The record of the sample, with this saga id.
pub fn record(saga: &str) -> Record {
    Record::of(facts(saga)).unwrap()
}

/// The facts of the record.
pub fn facts(saga: &str) -> Facts {
    let (bytes, hash) = plan(saga).freeze().unwrap();
    let given = |by: &str, seconds, proofs: &[Proof]| GivenAnswer {
        by: by.to_owned(),
        approved: true,
        accepts_risk: true,
        plan: hash.clone(),
        loss_shown_s: Some(420),
        at: at(seconds),
        proofs: proofs.to_vec(),
    };
    let audit = |who: &str, action, seconds| AuditFact {
        at: at(seconds),
        question: GO.to_owned(),
        who: who.to_owned(),
        action,
        note: String::new(),
    };
    Facts {
        saga: SagaId(saga.to_owned()),
        pair: PairName::new("payments").unwrap(),
        kind: "failover".to_owned(),
        by: "the verdict".to_owned(),
        outcome: Outcome::Completed,
        lost_at: Some(at(-60)),
        noticed_at: Some(at(0)),
        objectives: Objectives { rto_s: Some(900) },
        plan: Facts::cut(&bytes).unwrap(),
        questions: vec![Question {
            name: GO.to_owned(),
            text: "Move the work from the primary to the standby?".to_owned(),
            plan: hash.clone(),
            loss_s: Some(420),
            asked_at: Some(at(20)),
            expires_at: at(3_620),
            veto_until: None,
            people: 2,
            round: 0,
            given: vec![given("ana", 70, &PROOFS[..1]), given("ben", 90, &PROOFS[1..])],
            answer: Some(given("ana and ben", 90, &PROOFS)),
            used: true,
        }],
        audit: vec![
            audit("ana", AuditAction::Viewed, 60),
            audit("ana", AuditAction::Approved, 70),
            audit("ben", AuditAction::Approved, 90),
        ],
        verdict: vec!["the primary is taken for lost: a failover is proposed".to_owned()],
        log: log(saga, &hash),
        plan_hash: hash,
    }
}

/// Two jobs are fenced and one of them is waived, a dataset is read, and one job starts.
pub fn plan(saga: &str) -> Plan {
    let dataset = json!({
        "settings": { "objective_seconds": 300 }, "side": "standby",
        "address": { "side": "standby", "url": "", "host": "" },
        "shown": { "synced_at": at(-480), "loss_s": 420, "objective_s": 300 },
    });
    let named = |name: &str, gate: Gate, steps: Vec<Step>| Stage { name: name.to_owned(), gate, steps };
    let job = |place: &str, name: &str, wanted: &str| step(place, "job", name, wanted, Value::Null);
    Plan {
        version: saga::plan::PLAN_VERSION,
        saga: SagaId(saga.to_owned()),
        subject: "payments".to_owned(),
        kind: "failover".to_owned(),
        made_at: at(10),
        about: json!({
            "leaving": Side::Primary, "planned": false, "checkpoint_at": at(-900), "target_listed_at": at(5),
        }),
        stages: vec![
            named(
                stage::FENCE,
                Gate::Approved(GO.to_owned()),
                vec![job("leaving", "load", want::FENCED), job("leaving", "report", want::FENCED)],
            ),
            named(stage::CONFIRM, Gate::Open, vec![step("outside", "table", "orders", want::SYNCED, dataset)]),
            named("jobs", Gate::Tried(vec![stage::FENCE.to_owned()]), vec![job("target", "load", "active")]),
            named(stage::REPOINT, Gate::Verified(vec!["jobs".to_owned()]), Vec::new()),
            named(
                stage::VALIDATE_AGAIN,
                Gate::Verified(vec![stage::REPOINT.to_owned()]),
                vec![step("target", "sql", "count", want::PROVED, Value::Null)],
            ),
        ],
        exceptions: vec!["job \"old\": paused on purpose, and stays so".to_owned()],
        findings: vec!["table \"orders\": loses more than its objective".to_owned()],
    }
}

fn step(place: &str, kind: &str, name: &str, wanted: &str, detail: Value) -> Step {
    Step { detail, ..Step::new(place, kind, format!("{name}-1"), name, wanted) }
}

/// The events, second by second.
fn log(saga: &str, hash: &PlanHash) -> Vec<Line> {
    let id = |stage, number| StepId { stage, number };
    let fault = Fault::again(Code::new("NO-ANSWER"), "GET /api/2.2/jobs/get: no answer within 3 s");
    let done = |step, attempts, note: &str| Event::Step(StepEvent::Done { step, attempts, note: note.to_owned() });
    let entered = |stage: &str| Event::Saga(SagaEvent::StageEntered { stage: stage.to_owned() });
    chained(vec![
        (
            20,
            Event::Saga(SagaEvent::Started {
                saga: SagaId(saga.to_owned()),
                plan: hash.clone(),
                by: "the verdict".to_owned(),
            }),
        ),
        (20, Event::Saga(SagaEvent::TookOver { epoch: 1, owner: "saga/1".to_owned() })),
        (
            95,
            Event::Saga(SagaEvent::Approved {
                question: GO.to_owned(),
                by: "ana and ben".to_owned(),
                accepts_risk: true,
                loss_shown: "420 s".to_owned(),
                proofs: PROOFS.to_vec(),
            }),
        ),
        (96, entered(stage::FENCE)),
        (97, entered(stage::CONFIRM)),
        (98, Event::Step(StepEvent::Tried { step: id(0, 1), attempts: 1, fault: fault.clone(), next_at: at(110) })),
        (99, done(id(0, 0), 1, "paused, no run is active")),
        (100, done(id(1, 0), 1, "synced at 2026-01-05T07:52:00Z")),
        (101, entered("jobs")),
        (120, Event::Step(StepEvent::Blocked { step: id(0, 1), attempts: 4, fault })),
        (150, done(id(2, 0), 2, "unpaused")),
        (
            200,
            Event::Step(StepEvent::Waived {
                step: id(0, 1),
                by: "cem".to_owned(),
                why: "its cluster is gone with the region".to_owned(),
            }),
        ),
        (210, entered(stage::REPOINT)),
        (211, entered(stage::VALIDATE_AGAIN)),
        (400, done(id(4, 0), 1, "42 rows")),
        (401, Event::Saga(SagaEvent::ForwardDone)),
        (590, lesson()),
        (600, Event::Saga(SagaEvent::Finished { outcome: Outcome::Completed, by: None })),
    ])
}

fn lesson() -> Event {
    Event::Control(ControlEvent::LessonLearned {
        by: "ana".to_owned(),
        text: "the map had <one> gap".to_owned(),
        owner: Some("ben".to_owned()),
        due: None,
    })
}

/// Makes the lines of one chain from events.
pub fn chained(events: Vec<(i64, Event)>) -> Vec<Line> {
    let mut chain = Chain::default();
    events.into_iter().map(|(seconds, event)| chain.link(at(seconds), 1, event)).collect()
}
