//! Tests that the frontier gives the same decision as `decide`, for all events in all orders.
//!
//! Law: both are asked after every event, and after every attempt that begins or ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod plans;

use plans::{at, plan, step};
use proptest::prelude::*;
use saga::{
    Code, ControlEvent, Event, Fault, Frontier, Gate, Need, Needed, Plan, Reaction, SagaEvent, State, StepEvent,
    StepId, decide,
};

const STAGES: u16 = 3;
const STEPS: u32 = 5;

fn id(stage: u16, number: u32) -> StepId {
    StepId { stage, number }
}

/// Description of one step: its needs, whether it is pursued, and whether it is optional as well.
type Drawn = (Vec<(usize, bool, bool)>, bool, bool);

/// Makes a plan whose needs point backward only.
fn drawn_plan(drawn: &[Vec<Drawn>], gates: &[usize]) -> Plan {
    let mut earlier: Vec<StepId> = Vec::new();
    let mut stages = Vec::new();
    let names = ["one", "two", "three"];
    for (stage, steps) in drawn.iter().enumerate() {
        let mut made = Vec::new();
        for (number, (needs, pursue, optional)) in steps.iter().enumerate() {
            let mut one = step(&format!("{stage}-{number}"));
            one.pursue = *pursue;
            one.optional = *pursue && *optional;
            let needed = needs.iter().filter(|_| !earlier.is_empty()).map(|(which, verified, unless)| Needed {
                step: earlier[which % earlier.len()],
                need: if *verified { Need::Verified } else { Need::Tried },
                unless_accepted: unless.then(|| "go".to_owned()),
            });
            one.needs = needed.collect();
            earlier.push(id(stage as u16, number as u32));
            made.push(one);
        }
        let before = names.iter().take(stage).map(|name| (*name).to_owned()).collect();
        let gate = match gates[stage] % 4 {
            0 => Gate::Open,
            1 => Gate::Verified(before),
            2 => Gate::Tried(before),
            _ => Gate::All(vec![Gate::Tried(before), Gate::Approved("go".to_owned())]),
        };
        stages.push((names[stage], gate, made));
    }
    plan(stages)
}

fn fault(reaction: Reaction) -> Fault {
    Fault { reaction, code: Code::new("SOME-CODE"), message: "some fault".to_owned() }
}

/// Makes an event that may happen next. The caller drops it if the state does not allow it.
fn event(what: u8, step: StepId, attempts: u32, seconds: i64) -> Event {
    let (by, why) = ("somebody".to_owned(), "why".to_owned());
    match what {
        0 => Event::Step(StepEvent::Intended { step }),
        1 => {
            let reaction = if seconds % 2 == 0 { Reaction::WaitForOthers } else { Reaction::VerifyFirst };
            Event::Step(StepEvent::Tried { step, attempts, fault: fault(reaction), next_at: at(seconds) })
        }
        2 | 3 => Event::Step(StepEvent::Done { step, attempts, note: String::new() }),
        4 => Event::Step(StepEvent::Blocked { step, attempts, fault: fault(Reaction::PersonNeeded) }),
        5 => Event::Step(StepEvent::Unblocked { step, by }),
        6 => Event::Step(StepEvent::Waived { step, by, why }),
        7 => {
            let (question, loss_shown) = ("go".to_owned(), String::new());
            Event::Saga(SagaEvent::Approved {
                question,
                by,
                accepts_risk: seconds % 3 != 0,
                loss_shown,
                proofs: Vec::new(),
            })
        }
        8 => Event::Control(ControlEvent::Held { by, why }),
        9 => Event::Control(ControlEvent::Resumed { by, why }),
        10 => Event::Saga(SagaEvent::PersonNeeded { blocked: 1 }),
        _ => Event::Saga(SagaEvent::ForwardDone),
    }
}

/// More room than any plan here needs.
const ROOMY: usize = STEPS as usize;

/// Checks that of the steps that are ready each stage begins as many as it has room for, and the longest due first.
fn keeps_to(room: usize, frontier: &Frontier, state: &State, whole: &[StepId], cut: &[StepId]) {
    for stage in 0..STAGES {
        let under_way = (0..STEPS).filter(|number| frontier.is_under_way(id(stage, *number))).count();
        let mut expected: Vec<StepId> = whole.iter().copied().filter(|step| step.stage == stage).collect();
        expected.sort_by_key(|step| (state.step(*step).and_then(|record| record.next_at), *step));
        expected.truncate(room.saturating_sub(under_way));
        expected.sort_unstable();
        let begun: Vec<StepId> = cut.iter().copied().filter(|step| step.stage == stage).collect();
        assert_eq!(begun, expected, "stage {stage} with room for {room} and {under_way} under way");
    }
}

proptest! {
    #[test]
    fn it_says_what_decide_says(
        drawn in prop::collection::vec(
            prop::collection::vec(
                (prop::collection::vec((0_usize..50, any::<bool>(), any::<bool>()), 0..3), any::<bool>(), any::<bool>()),
                1..STEPS as usize,
            ),
            STAGES as usize,
        ),
        gates in prop::collection::vec(0_usize..4, STAGES as usize),
        happens in prop::collection::vec((0_u8..16, 0..STAGES, 0..STEPS, 0_i64..40), 0..120),
    ) {
        let plan = drawn_plan(&drawn, &gates);
        let mut state = State::new(&plan);
        let mut frontier = Frontier::new(&plan, &state);
        let started = Event::Saga(SagaEvent::Started { saga: plan.saga.clone(), plan: plan.freeze().unwrap().1, by: "test".to_owned() });
        state.apply(&started, at(0), 1).unwrap();
        frontier.follow(&plan, &state, &started);
        for (what, stage, number, seconds) in happens {
            let (step, now) = (id(stage, number), at(seconds));
            match what {
                12 if plan.step(step).is_some() => frontier.begins(&plan, &state, step),
                13 => frontier.ends(&plan, &state, step),
                14 | 15 => {
                    for name in frontier.decide(&plan, &state, now, ROOMY).enter {
                        let entered = Event::Saga(SagaEvent::StageEntered { stage: name });
                        state.apply(&entered, now, 1).unwrap();
                        frontier.follow(&plan, &state, &entered);
                    }
                }
                what => {
                    let attempts = state.step(step).map_or(0, |record| record.attempts) + 1;
                    let event = event(what, step, attempts, seconds);
                    if state.apply(&event, now, 1).is_ok() {
                        frontier.follow(&plan, &state, &event);
                    }
                }
            }
            for now in [at(0), now, at(20), at(60)] {
                let whole = decide(&plan, &state, now, &|id| frontier.is_under_way(id));
                prop_assert_eq!(&frontier.decide(&plan, &state, now, ROOMY), &whole);
                for room in 0..STEPS as usize {
                    let cut = frontier.decide(&plan, &state, now, room);
                    keeps_to(room, &frontier, &state, &whole.ready, &cut.ready);
                    prop_assert_eq!(saga::Decision { ready: whole.ready.clone(), ..cut }, whole.clone());
                }
            }
            // A runner that takes over in the middle makes the frontier anew. It must give the same decision with
            // nothing under way.
            let anew = Frontier::new(&plan, &state);
            prop_assert_eq!(anew.decide(&plan, &state, now, ROOMY), decide(&plan, &state, now, &|_| false));
        }
    }
}
