//! Tests that the JSON of each event stays as it is, since the hash chain of the log is over these bytes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::Timestamp;
use jiff::civil::date;
use saga::{
    Chain, Code, ControlEvent, Event, Fault, Line, Outcome, PlanHash, Proof, Reaction, SagaEvent, SagaId, StepEvent,
    StepId,
};

/// Each event with its JSON, as logs contain it.
fn every_event() -> Vec<(Event, &'static str)> {
    let events = of_saga().into_iter().map(|(event, json)| (Event::Saga(event), json));
    let events = events.chain(of_step().into_iter().map(|(event, json)| (Event::Step(event), json)));
    events.chain(of_control().into_iter().map(|(event, json)| (Event::Control(event), json))).collect()
}

fn of_saga() -> Vec<(SagaEvent, &'static str)> {
    let saga = SagaId("s-1".to_owned());
    let (by, question) = ("ada".to_owned(), "go".to_owned());
    let approved = |proofs| SagaEvent::Approved {
        question: question.clone(),
        by: by.clone(),
        accepts_risk: true,
        loss_shown: "420 s".to_owned(),
        proofs,
    };
    vec![
        (
            SagaEvent::Started { saga, plan: PlanHash("ab12".to_owned()), by: by.clone() },
            r#"{"event":"started","saga":"s-1","plan":"ab12","by":"ada"}"#,
        ),
        (
            SagaEvent::TookOver { epoch: u64::MAX, owner: "saga/1".to_owned() },
            r#"{"event":"took_over","epoch":18446744073709551615,"owner":"saga/1"}"#,
        ),
        (
            approved(Vec::new()),
            r#"{"event":"approved","question":"go","by":"ada","accepts_risk":true,"loss_shown":"420 s"}"#,
        ),
        (
            approved(vec![Proof::LinkAndCode, Proof::Policy]),
            r#"{"event":"approved","question":"go","by":"ada","accepts_risk":true,"loss_shown":"420 s","proofs":["link_and_code","policy"]}"#,
        ),
        (SagaEvent::StageEntered { stage: "fence".to_owned() }, r#"{"event":"stage_entered","stage":"fence"}"#),
        (SagaEvent::ForwardDone, r#"{"event":"forward_done"}"#),
        (SagaEvent::Round { tried: 0, left: 4 }, r#"{"event":"round","tried":0,"left":4}"#),
        (SagaEvent::HandedOver, r#"{"event":"handed_over"}"#),
        (SagaEvent::PersonNeeded { blocked: 1 }, r#"{"event":"person_needed","blocked":1}"#),
        (
            SagaEvent::Finished { outcome: Outcome::Completed, by: None },
            r#"{"event":"finished","outcome":"completed","by":null}"#,
        ),
        (
            SagaEvent::Finished { outcome: Outcome::Aborted, by: Some(by) },
            r#"{"event":"finished","outcome":"aborted","by":"ada"}"#,
        ),
    ]
}

fn of_step() -> Vec<(StepEvent, &'static str)> {
    let step = StepId { stage: 3, number: 17 };
    let fault = |reaction| Fault { reaction, code: Code::new("NO-ANSWER"), message: "no \"é\"".to_owned() };
    vec![
        (StepEvent::Intended { step }, r#"{"event":"intended","step":{"stage":3,"number":17}}"#),
        (
            StepEvent::Tried {
                step,
                attempts: 2,
                fault: fault(Reaction::Again { after_ms: Some(u64::MAX) }),
                next_at: Timestamp::from_second(1_767_600_009).unwrap(),
            },
            r#"{"event":"tried","step":{"stage":3,"number":17},"attempts":2,"fault":{"reaction":{"again":{"after_ms":18446744073709551615}},"code":"NO-ANSWER","message":"no \"é\""},"next_at":"2026-01-05T08:00:09Z"}"#,
        ),
        (
            StepEvent::Done { step, attempts: 2, note: "RUNNING".to_owned() },
            r#"{"event":"done","step":{"stage":3,"number":17},"attempts":2,"note":"RUNNING"}"#,
        ),
        (
            StepEvent::Blocked { step, attempts: u32::MAX, fault: fault(Reaction::PersonNeeded) },
            r#"{"event":"blocked","step":{"stage":3,"number":17},"attempts":4294967295,"fault":{"reaction":"person_needed","code":"NO-ANSWER","message":"no \"é\""}}"#,
        ),
        (
            StepEvent::Unblocked { step, by: "ada".to_owned() },
            r#"{"event":"unblocked","step":{"stage":3,"number":17},"by":"ada"}"#,
        ),
        (
            StepEvent::Waived { step, by: "ada".to_owned(), why: "1e3".to_owned() },
            r#"{"event":"waived","step":{"stage":3,"number":17},"by":"ada","why":"1e3"}"#,
        ),
    ]
}

fn of_control() -> Vec<(ControlEvent, &'static str)> {
    let (by, why) = ("ada".to_owned(), "why".to_owned());
    let lesson = |owner, due| ControlEvent::LessonLearned { by: "ada".to_owned(), text: "1e3".to_owned(), owner, due };
    vec![
        (ControlEvent::Held { by: by.clone(), why: why.clone() }, r#"{"event":"held","by":"ada","why":"why"}"#),
        (ControlEvent::Resumed { by: by.clone(), why: why.clone() }, r#"{"event":"resumed","by":"ada","why":"why"}"#),
        (lesson(None, None), r#"{"event":"lesson_learned","by":"ada","text":"1e3"}"#),
        (
            lesson(Some("bob".to_owned()), Some(date(2026, 2, 1))),
            r#"{"event":"lesson_learned","by":"ada","text":"1e3","owner":"bob","due":"2026-02-01"}"#,
        ),
        (ControlEvent::TakenIn { control: "1-a".to_owned() }, r#"{"event":"taken_in","control":"1-a"}"#),
        (
            ControlEvent::Refused {
                control: "2-b".to_owned(),
                what: "hold".to_owned(),
                by: by.clone(),
                why: why.clone(),
            },
            r#"{"event":"refused","control":"2-b","what":"hold","by":"ada","why":"why"}"#,
        ),
        (ControlEvent::AbortAsked { by, why }, r#"{"event":"abort_asked","by":"ada","why":"why"}"#),
    ]
}

#[test]
fn each_event_keeps_its_json_and_is_read_back_r52() {
    for (event, json) in every_event() {
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
        assert_eq!(serde_json::from_str::<Event>(json).unwrap(), event, "{json}");
    }
}

/// A store may sort the members, and the tag is then not the first.
#[test]
fn an_event_is_read_with_its_members_in_any_order() {
    for (event, json) in every_event() {
        let sorted: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_str(json).unwrap();
        let backward: Vec<String> = sorted.iter().rev().map(|(name, value)| format!("{name:?}:{value}")).collect();
        let backward = format!("{{{}}}", backward.join(","));
        assert_eq!(serde_json::from_str::<Event>(&backward).unwrap(), event, "{backward}");
        assert_eq!(serde_json::from_value::<Event>(serde_json::to_value(&event).unwrap()).unwrap(), event);
    }
}

#[test]
fn an_event_that_cannot_be_read_says_why() {
    let read = |json: &str| serde_json::from_str::<Event>(json).unwrap_err().to_string();
    assert!(read(r#"{"event":"done","attempts":1,"note":""}"#).contains("missing field `step`"));
    assert!(read(r#"{"attempts":1,"event":"done","note":""}"#).contains("missing field `step`"));
    assert!(read(r#"{"event":"vanished"}"#).contains("no event has the tag `vanished`"));
    assert!(read(r#"{"by":"ada"}"#).contains("missing field `event`"));
    assert!(read(r#"{"event":"held","by":"ada","by":"bob","why":"why"}"#).contains("duplicate field `by`"));
    assert!(read(r#""held""#).contains("an event of a saga"));
}

/// The lines of an old log, with the hashes of their chain.
#[test]
fn an_old_log_is_read_and_its_chain_follows_r52() {
    let old = OLD_LOG.lines().map(|line| serde_json::from_str::<Line>(line).unwrap());
    let mut chain = Chain::default();
    for line in old {
        chain.follow(&line).unwrap();
    }
    assert_eq!(chain.len(), 4);
}

const OLD_LOG: &str = r#"{"number":0,"at":"2026-01-05T08:00:00Z","epoch":7,"event":{"event":"started","saga":"s-1","plan":"ab12","by":"ada"},"hash":"5e8be447556b809a1f55dc47d10cd0815d3194de318f23d86963ab1d92779711"}
{"number":1,"at":"2026-01-05T08:00:01Z","epoch":7,"event":{"event":"tried","step":{"stage":3,"number":17},"attempts":2,"fault":{"reaction":{"again":{"after_ms":null}},"code":"NO-ANSWER","message":"no answer"},"next_at":"2026-01-05T08:00:09Z"},"hash":"0af4661efc25280d3755b7ba9e8596256795bf87480ad15d87ac698ce63f5c5c"}
{"number":2,"at":"2026-01-05T08:00:02Z","epoch":7,"event":{"event":"held","by":"ada","why":"the vendor calls"},"hash":"afbb99018ee96144e203a98063d5d07ed56d46d12e19411f02236b7cb46ee9bb"}
{"number":3,"at":"2026-01-05T08:00:03Z","epoch":7,"event":{"event":"handed_over"},"hash":"05cf2d1096484543db7d7561e97ce40c71b7217f6b9f58245b46cc0c42410a63"}"#;
