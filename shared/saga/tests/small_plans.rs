//! Tests every state that a small saga can reach, by every order of every outcome.
//!
//! Law: the tests judge anew from the plan and the recorded steps, and not with the functions that decide.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod plans;

use std::collections::BTreeMap;

use jiff::Timestamp;
use plans::{at, plan, step};
use saga::{
    Class, Code, ControlEvent, Decision, Event, Fault, Gate, Need, Needed, Outcome, Plan, Reaction, SagaEvent, State,
    StepEvent, StepId, StepState, decide,
};

const GO: &str = "go";
/// Attempts are counted only up to this number, so that the number of states is finite.
const ATTEMPTS: u32 = 1;

/// A plan with three kinds of gates, a pursued step, one that records its intent, and one that needs another.
fn small() -> Plan {
    let verified = |names: &[&str]| Gate::Verified(names.iter().map(|name| (*name).to_owned()).collect());
    let mut started = step("start");
    started.needs = vec![Needed { step: id(1, 1), need: Need::Verified, unless_accepted: Some(GO.to_owned()) }];
    let mut pursued = step("pursued");
    pursued.pursue = true;
    let mut intended = step("intended");
    intended.class = Class::Intended;
    plan(vec![
        ("freeze", Gate::Approved(GO.to_owned()), vec![step("freeze")]),
        ("fence", verified(&["freeze"]), vec![pursued, step("fenced")]),
        ("start", Gate::Tried(vec!["fence".to_owned()]), vec![started]),
        ("intent", verified(&["start"]), vec![intended]),
    ])
}

fn id(stage: u16, number: u32) -> StepId {
    StepId { stage, number }
}

fn fault(reaction: Reaction) -> Fault {
    Fault { reaction, code: Code::new("SOME-CODE"), message: "some fault".to_owned() }
}

/// All events that can be recorded next.
fn next(plan: &Plan, state: &State, decision: &Decision) -> Vec<Event> {
    if state.finished().is_some() {
        return Vec::new();
    }
    let mut events: Vec<Event> =
        decision.enter.iter().map(|stage| Event::Saga(SagaEvent::StageEntered { stage: stage.clone() })).collect();
    for question in &decision.ask {
        for accepts_risk in [true, false] {
            let (by, loss_shown) = ("somebody".to_owned(), String::new());
            events.push(Event::Saga(SagaEvent::Approved {
                question: question.clone(),
                by,
                accepts_risk,
                loss_shown,
                proofs: Vec::new(),
            }));
        }
    }
    for &step in &decision.ready {
        let attempts = (state.step(step).unwrap().attempts + 1).min(ATTEMPTS);
        for fault in [fault(Reaction::VerifyFirst), fault(Reaction::WaitForOthers)] {
            events.push(Event::Step(StepEvent::Tried { step, attempts, fault, next_at: at(0) }));
        }
        events.push(Event::Step(StepEvent::Done { step, attempts, note: String::new() }));
        events.push(Event::Step(StepEvent::Blocked { step, attempts, fault: fault(Reaction::PersonNeeded) }));
        if plan.step(step).unwrap().class == Class::Intended {
            events.push(Event::Step(StepEvent::Intended { step }));
        }
    }
    for (step, record) in state.steps().filter(|(_, record)| record.state == StepState::Blocked) {
        let (by, why) = ("somebody".to_owned(), "why".to_owned());
        events.push(Event::Step(StepEvent::Unblocked { step, by: by.clone() }));
        events.push(Event::Step(StepEvent::Waived { step, by, why }));
        if state.held().is_none() {
            events.push(Event::Step(StepEvent::Done { step, attempts: record.attempts, note: String::new() }));
        }
    }
    events.extend(ordered(state));
    events.extend(decision.forward_done.then_some(Event::Saga(SagaEvent::ForwardDone)));
    let told = state.is_person_needed();
    events.extend(
        decision.person_needed.filter(|_| !told).map(|blocked| Event::Saga(SagaEvent::PersonNeeded { blocked })),
    );
    events.extend(decision.finish.map(|outcome| Event::Saga(SagaEvent::Finished { outcome, by: None })));
    events
}

/// The orders that people may give to a saga that is under way.
fn ordered(state: &State) -> Vec<Event> {
    let mut events = Vec::new();
    let (by, why) = ("holder".to_owned(), "why".to_owned());
    events.push(match state.held() {
        Some(_) => Event::Control(ControlEvent::Resumed { by: by.clone(), why: why.clone() }),
        None => Event::Control(ControlEvent::Held { by: by.clone(), why: why.clone() }),
    });
    let waiting = state.steps().find(|(_, record)| record.state == StepState::Waiting);
    events.extend(waiting.map(|(step, _)| Event::Step(StepEvent::Unblocked { step, by: by.clone() })));
    events.push(Event::Saga(SagaEvent::Finished { outcome: Outcome::Aborted, by: Some(by) }));
    events
}

/// Walks through every reachable state, and calls `look` once for each.
fn walk(plan: &Plan, mut look: impl FnMut(&State, &Decision, &[Event])) -> usize {
    let mut begun = State::new(plan);
    let started = Event::Saga(SagaEvent::Started {
        saga: plan.saga.clone(),
        plan: plan.freeze().unwrap().1,
        by: "test".to_owned(),
    });
    begun.apply(&started, at(0), 1).unwrap();
    let mut seen = BTreeMap::from([(format!("{begun:?}"), ())]);
    let mut open = vec![begun];
    while let Some(state) = open.pop() {
        let decision = decide(plan, &state, at(0), &|_| false);
        let events = next(plan, &state, &decision);
        look(&state, &decision, &events);
        for event in &events {
            let mut after = state.clone();
            after.apply(event, at(0), 1).unwrap();
            if seen.insert(format!("{after:?}"), ()).is_none() {
                open.push(after);
            }
        }
    }
    seen.len()
}

fn settled(state: &State, stage: u16) -> bool {
    state.stage_steps(usize::from(stage)).iter().all(|r| matches!(r.state, StepState::Done | StepState::Waived))
}

#[test]
fn no_step_is_ready_before_its_gate_and_its_needs_hold_s9_s10() {
    let plan = small();
    let states = walk(&plan, |state, decision, _| {
        for step in &decision.ready {
            let go = state.approval(GO).unwrap();
            assert!(step.stage == 0 || settled(state, 0), "{step} before the freeze: {state:?}");
            let tried = |record: &saga::StepRecord| record.attempts > 0 || record.state == StepState::Waived;
            assert!(step.stage < 2 || state.stage_steps(1).iter().all(tried), "{step} before the fence: {state:?}");
            let stopped = matches!(state.step(id(1, 1)).unwrap().state, StepState::Done | StepState::Waived);
            assert!(*step != id(2, 0) || stopped || go.accepts_risk, "started without either: {state:?}");
        }
    });
    println!("{states} states");
    assert!(states > 1_000, "only {states} states: the walk went nowhere");
}

#[test]
fn every_state_moves_on_or_says_that_a_person_is_needed_l1() {
    let plan = small();
    walk(&plan, |state, decision, events| {
        let over = state.finished().is_some();
        let moves = !decision.enter.is_empty() || !decision.ask.is_empty() || !decision.ready.is_empty();
        let told = decision.person_needed.is_some() || state.is_person_needed();
        // The record of a held saga names the person who holds it.
        let held = state.held().is_some_and(|hold| !hold.by.is_empty() && !hold.why.is_empty());
        let moves = moves || decision.forward_done || decision.finish.is_some();
        assert!(over || moves || told || held, "{state:?}");
        assert_eq!(over, events.is_empty(), "{state:?}");
    });
}

#[test]
fn the_counts_add_up_in_every_state_s18() {
    let plan = small();
    walk(&plan, |state, _, _| {
        assert_eq!(state.tally().total() as usize, plan.total());
        let open = state.steps().filter(|(_, r)| !r.state.is_settled());
        assert_eq!(state.tally().open() as usize, open.count());
        let forward = state.steps().filter(|(step, r)| !r.state.is_settled() && !plan.step(*step).unwrap().pursue);
        assert_eq!(state.open_forward() as usize, forward.count());
    });
}

#[test]
fn a_finished_saga_takes_nothing_and_a_settled_step_stays_so_s16() {
    let plan = small();
    let mut ends = 0;
    walk(&plan, |state, _, _| {
        if state.finished().is_some() {
            for event in [
                Event::Saga(SagaEvent::HandedOver),
                held(),
                Event::Control(ControlEvent::TakenIn { control: "1".to_owned() }),
            ] {
                let mut after = state.clone();
                assert!(after.apply(&event, at(1), 2).is_err() && after == *state, "{event:?}");
            }
        }
        for (step, record) in state.steps() {
            let (attempts, note) = (record.attempts, String::new());
            let done = Event::Step(StepEvent::Done { step, attempts, note });
            let mut after = state.clone();
            let applied = after.apply(&done, at(1), 2);
            if record.state.is_settled() || state.finished().is_some() {
                assert!(applied.is_err() && after == *state, "{step}: {state:?}");
            }
        }
        if state.finished() == Some(Outcome::Completed) {
            ends += 1;
            assert!((0..4).all(|stage| settled(state, stage)), "{state:?}");
        }
    });
    assert!(ends > 0, "no walk came to its end");
}

fn held() -> Event {
    Event::Control(ControlEvent::Held { by: "holder".to_owned(), why: "why".to_owned() })
}

#[test]
fn nothing_of_a_held_saga_is_begun_or_can_be_recorded_as_begun() {
    let (plan, mut seen) = (small(), 0);
    walk(&plan, |state, decision, _| {
        if state.held().is_none() || state.finished().is_some() {
            return;
        }
        seen += 1;
        assert_eq!(*decision, Decision::default(), "{state:?}");
        for (step, record) in state.steps() {
            let attempts = record.attempts;
            let begun = [
                Event::Step(StepEvent::Intended { step }),
                Event::Step(StepEvent::Tried { step, attempts, fault: fault(Reaction::VerifyFirst), next_at: at(0) }),
                Event::Step(StepEvent::Done { step, attempts, note: String::new() }),
                Event::Saga(SagaEvent::StageEntered { stage: "start".to_owned() }),
                Event::Saga(SagaEvent::Finished { outcome: Outcome::Completed, by: None }),
                held(),
            ];
            for event in begun {
                let mut after = state.clone();
                assert!(after.apply(&event, at(1), 2).is_err() && after == *state, "{event:?}: {state:?}");
            }
        }
    });
    assert!(seen > 500, "only {seen} held states");
}

#[test]
fn an_order_ends_once_and_a_lesson_stays() {
    let mut state = State::new(&small());
    let (control, by, why) = ("1-a".to_owned(), "ann".to_owned(), "why".to_owned());
    let learned = Event::Control(ControlEvent::LessonLearned {
        by: by.clone(),
        text: "pools first".to_owned(),
        owner: None,
        due: None,
    });
    assert_eq!(state.control(&control), None);
    state.apply(&learned, at(1), 1).unwrap();
    state.apply(&Event::Control(ControlEvent::TakenIn { control: control.clone() }), at(1), 1).unwrap();
    assert_eq!(state.control(&control), Some(Ok(())));
    assert_eq!((state.lessons().len(), state.lessons()[0].at), (1, at(1)));
    let refused = Event::Control(ControlEvent::Refused { control: control.clone(), what: "hold".to_owned(), by, why });
    assert!(state.apply(&Event::Control(ControlEvent::TakenIn { control }), at(2), 1).is_err());
    assert!(state.apply(&refused, at(2), 1).is_err());
    let Event::Control(ControlEvent::Refused { what, by, why, .. }) = refused else { unreachable!() };
    state.apply(&Event::Control(ControlEvent::Refused { control: "2-b".to_owned(), what, by, why }), at(3), 1).unwrap();
    assert_eq!(state.control("2-b"), Some(Err("why")));
}

#[test]
fn a_plan_that_waits_for_itself_is_refused() {
    let mut looks_forward = small();
    looks_forward.stages[0].gate = Gate::Verified(vec!["start".to_owned()]);
    assert!(looks_forward.check().unwrap_err().to_string().contains("not an earlier stage"));
    let mut needs_itself = small();
    needs_itself.stages[2].steps[0].needs[0].step = id(2, 0);
    assert!(needs_itself.check().unwrap_err().to_string().contains("does not come before it"));
    let mut undone_by_itself = small();
    undone_by_itself.stages[1].steps[0].restarted_by = vec![saga::Restarter::Step(id(1, 0))];
    assert!(undone_by_itself.check().is_err());
    let mut twice = small();
    twice.stages[1].name = "freeze".to_owned();
    assert!(twice.check().is_err());
}

#[test]
fn a_plan_altered_in_one_byte_is_found_s12() {
    let (bytes, hash) = small().freeze().unwrap();
    assert_eq!(Plan::thaw(&bytes, &hash).unwrap(), small());
    for place in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        assert!(Plan::thaw(&altered, &hash).is_err(), "byte {place}");
    }
}

#[test]
fn a_plan_of_a_later_version_is_left_alone_s22() {
    let mut later = small();
    later.version = saga::plan::PLAN_VERSION + 1;
    let (bytes, hash) = later.freeze().unwrap();
    assert!(Plan::thaw(&bytes, &hash).unwrap_err().to_string().contains("use the newer program"));
}

#[test]
fn a_plan_of_an_earlier_version_is_read_as_it_is_s22() {
    let mut earlier = small();
    earlier.version = 2;
    let (bytes, hash) = earlier.freeze().unwrap();
    assert_eq!(Plan::thaw(&bytes, &hash).unwrap(), earlier);
}

#[test]
fn tokens_are_stable_short_and_never_shared_s7() {
    let plan = small();
    let tokens: BTreeMap<String, StepId> = plan.steps().map(|(step, _)| (plan.token(step), step)).collect();
    assert_eq!(tokens.len(), plan.total());
    assert!(tokens.keys().all(|token| token.len() <= 64));
    let mut other = small();
    other.saga = saga::SagaId("another".to_owned());
    assert!(other.steps().all(|(step, _)| !tokens.contains_key(&other.token(step))));
    assert_eq!(tokens, small().steps().map(|(step, _)| (small().token(step), step)).collect());
}

#[test]
fn what_waits_is_due_when_its_time_has_come() {
    let plan = small();
    let mut state = State::new(&plan);
    let started = Event::Saga(SagaEvent::Started {
        saga: plan.saga.clone(),
        plan: plan.freeze().unwrap().1,
        by: "test".to_owned(),
    });
    let approved = Event::Saga(SagaEvent::Approved {
        question: GO.to_owned(),
        by: "a".to_owned(),
        accepts_risk: false,
        loss_shown: String::new(),
        proofs: Vec::new(),
    });
    let entered = Event::Saga(SagaEvent::StageEntered { stage: "freeze".to_owned() });
    let again = fault(Reaction::Again { after_ms: None });
    let tried = Event::Step(StepEvent::Tried { step: id(0, 0), attempts: 1, fault: again, next_at: at(30) });
    for event in [started, approved, entered, tried] {
        state.apply(&event, at(0), 1).unwrap();
    }
    let ready = |now: Timestamp| decide(&plan, &state, now, &|_| false).ready;
    assert_eq!((ready(at(29)), ready(at(30))), (vec![], vec![id(0, 0)]));
    assert_eq!(decide(&plan, &state, at(29), &|_| false).wake_at, Some(at(30)));
    assert!(decide(&plan, &state, at(30), &|step| step == id(0, 0)).ready.is_empty(), "it is under way");
}
