//! Checks the orders of a person on a saga under way: each order has one effect, is refused with a reason, and is
//! acknowledged only when it has happened (S14, S16, R43).

use engine::controls::{Ordered, abort, order};
use engine::ports::{Control, SagaStatus};
use engine::start::start;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::Phase;
use saga::{ControlEvent, Event, Outcome, SagaId, StepEvent, StepId, StepState};
use sim::{Estate, Fault, FaultKind, Side};
use tests::pair::{Ground, Seen, Setup, perform};

const PATIENCE: SignedDuration = SignedDuration::from_secs(120);

async fn ordered(ground: &Ground, saga: &SagaId, control: Control) -> Ordered {
    order(&ground.operator, saga, control, "ann", "the vendor calls", PATIENCE).await.expect("the record holds")
}

/// The code of a refused order.
async fn refusal(ground: &Ground, saga: &SagaId, control: Control) -> String {
    match ordered(ground, saga, control).await {
        Ordered::Refused { code, why } => {
            assert!(!why.is_empty());
            code
        }
        taken @ (Ordered::Taken | Ordered::Waiting) => format!("{taken:?}"),
    }
}

fn lesson(text: &str) -> Control {
    Control::Lesson { text: text.to_owned(), owner: Some("bob".to_owned()), due: None }
}

async fn finishes(ground: &Ground, saga: &SagaId) -> Option<Outcome> {
    for _ in 0..900 {
        if let SagaStatus::Finished(outcome) = ground.head(saga).await.status {
            return Some(outcome);
        }
        ground.admission(1).await;
    }
    None
}

/// Whether this crossing is a call to a workspace before it is sent.
fn is_call(seen: &Seen) -> bool {
    let what = &seen.crossing.what;
    seen.crossing.phase == Phase::Before && what.contains(" POST ") && !what.contains("/oidc/")
}

fn when(lines: &[saga::Line], is: impl Fn(&Event) -> bool) -> Timestamp {
    lines.iter().find(|line| is(&line.event)).map(|line| line.at).expect("it is on record")
}

/// A hold during the fence keeps everything from acting, the pursuit included, until the saga is resumed. An idle tick
/// costs nothing of a held saga (L6).
#[test]
fn nothing_of_a_held_saga_acts_until_it_is_resumed() {
    for planned in [true, false] {
        perform(Setup { planned, ..Setup::default() }, async |ground: &Ground| {
            let saga = ground.begin().await;
            while ground.head(&saga).await.tally.done < 3 {
                ground.admission(1).await;
            }
            assert_eq!(ordered(ground, &saga, Control::Hold).await, Ordered::Taken);
            let held = when(&ground.view(&saga).await.lines, |event| {
                matches!(event, Event::Control(ControlEvent::Held { .. }))
            });
            let epoch = ground.head(&saga).await.epoch;
            ground.admission(600).await;
            let late: Vec<_> = ground.seen().into_iter().filter(|seen| is_call(seen) && seen.at > held).collect();
            assert!(late.is_empty(), "planned {planned}, held at {held}: {late:?}");
            assert_eq!(ground.head(&saga).await.epoch, epoch, "an idle tick took the lease");
            assert_eq!(refusal(ground, &saga, Control::Hold).await, "SAGA-HELD");
            assert_eq!(ordered(ground, &saga, Control::Resume).await, Ordered::Taken);
            assert_eq!(finishes(ground, &saga).await, Some(Outcome::Completed));
        });
    }
}

#[test]
fn a_held_saga_can_be_aborted() {
    perform(Setup::default(), async |ground: &Ground| {
        let saga = ground.begin().await;
        ground.admission(10).await;
        assert_eq!(ordered(ground, &saga, Control::Hold).await, Ordered::Taken);
        abort(&ground.operator, &saga, "ann", "it was a mistake").await.expect("it can be aborted");
        assert_eq!(finishes(ground, &saga).await, Some(Outcome::Aborted));
        let asked = |event: &Event| matches!(event, Event::Control(ControlEvent::AbortAsked { why, .. }) if why == "it was a mistake");
        when(&ground.view(&saga).await.lines, asked);
    });
}

#[test]
fn what_cannot_be_done_is_refused_and_stands_in_the_record() {
    perform(Setup::default(), async |ground: &Ground| {
        let saga = ground.begin().await;
        let nowhere = StepId { stage: 99, number: 0 };
        let last = ground.view(&saga).await.plan.steps().last().map(|(id, _)| id).expect("a step");
        assert_eq!(refusal(ground, &saga, Control::Resume).await, "NOT-HELD");
        assert_eq!(refusal(ground, &saga, Control::Retry { step: nowhere }).await, "NO-STEP");
        assert_eq!(refusal(ground, &saga, Control::Retry { step: last }).await, "STEP-NOT-TRIED");
        assert_eq!(refusal(ground, &saga, Control::EndPursuit { step: None }).await, "NOT-PURSUED");
        let refused = ground.view(&saga).await.lines;
        let refused = refused
            .iter()
            .filter(|line| matches!(&line.event, Event::Control(ControlEvent::Refused { by, .. }) if by == "ann"));
        assert_eq!(refused.count(), 4);
        assert_eq!(finishes(ground, &saga).await, Some(Outcome::Completed));
        assert_eq!(refusal(ground, &saga, Control::Hold).await, "SAGA-OVER");
        assert_eq!(ordered(ground, &saga, lesson("call the vendor first")).await, Ordered::Taken);
        assert_eq!(ordered(ground, &saga, lesson("call the vendor first")).await, Ordered::Taken);
        let lessons = ground.operator.controls.lessons(&ground.operator.pair.name).await.expect("the store answers");
        assert_eq!(lessons.len(), 1, "{lessons:?}");
    });
}

/// A planned failover that is held up by a job which may not be fenced.
fn poisoned() -> (Setup, String) {
    let (_, job, _) = Estate::small().counterparts().into_iter().find(|(kind, ..)| kind == "job").expect("a job");
    let fault = Fault::new(Side::Primary, 0, FaultKind::Forbidden { resource: Some(job.clone()) });
    (Setup { faults: vec![fault], ..Setup::default() }, job)
}

/// The step that is blocked.
async fn blocked(ground: &Ground, saga: &SagaId, job: &str) -> StepId {
    for _ in 0..600 {
        let view = ground.view(saga).await;
        let of_job = |id: &StepId| view.plan.step(*id).is_some_and(|step| step.resource == job);
        let mut blocked = view.state.steps().filter(|(_, record)| record.state == StepState::Blocked);
        if let Some((id, _)) = blocked.find(|(id, _)| of_job(id)) {
            return id;
        }
        ground.admission(1).await;
    }
    unreachable!("nothing is blocked")
}

#[test]
fn a_waived_step_lets_the_saga_come_to_its_end() {
    let (setup, job) = poisoned();
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        let step = blocked(ground, &saga, &job).await;
        assert_eq!(ordered(ground, &saga, Control::Waive { step }).await, Ordered::Taken);
        assert_eq!(refusal(ground, &saga, Control::Waive { step }).await, "STEP-SETTLED");
        assert_eq!(refusal(ground, &saga, Control::Retry { step }).await, "STEP-SETTLED");
        let outcome = finishes(ground, &saga).await;
        let open: Vec<_> = ground
            .view(&saga)
            .await
            .state
            .steps()
            .filter(|(_, r)| !r.state.is_settled())
            .map(|(id, r)| (id, r.clone()))
            .collect();
        assert_eq!(outcome, Some(Outcome::Completed), "{open:?}");
        let told = failover::story::story(&ground.view(&saga).await.plan, &ground.view(&saga).await.lines);
        assert!(told.iter().any(|sentence| sentence.text.contains("waived by ann: the vendor calls")), "{told:?}");
    });
}

#[test]
fn a_blocked_step_is_tried_at_once_when_its_cause_is_mended() {
    let (mut setup, job) = poisoned();
    let mended: Timestamp = "2026-01-05T08:02:00Z".parse().expect("a time");
    setup.faults = setup.faults.into_iter().map(|fault| fault.until(mended.as_millisecond())).collect();
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        let step = blocked(ground, &saga, &job).await;
        ground.admission(120).await;
        assert_eq!(blocked(ground, &saga, &job).await, step, "nobody has told that it is mended");
        let before = ground.clock.now();
        assert_eq!(ordered(ground, &saga, Control::Retry { step }).await, Ordered::Taken);
        ground.admission(20).await;
        let record = ground.view(&saga).await.state.step(step).cloned().expect("a record");
        assert_eq!(record.state, StepState::Done, "{record:?}");
        assert!(record.last_try.is_some_and(|at| at.duration_since(before).as_secs() < 40), "{record:?}");
        assert_eq!(finishes(ground, &saga).await, Some(Outcome::Completed));
    });
}

#[test]
fn the_end_of_the_pursuit_of_a_dark_side_ends_the_saga() {
    let path = "/api/2.0/instance-pools/edit";
    let fault = Fault::new(Side::Primary, 0, FaultKind::Error { status: 500, probability: 1.0 }).only(path);
    perform(Setup { planned: false, faults: vec![fault], ..Setup::default() }, async |ground: &Ground| {
        let saga = ground.begin().await;
        let early = ordered(ground, &saga, Control::EndPursuit { step: None }).await;
        assert!(matches!(early, Ordered::Refused { code, .. } if code == "FORWARD-OPEN"));
        while ground.head(&saga).await.status != SagaStatus::Pursuing {
            ground.admission(5).await;
        }
        assert_eq!(ordered(ground, &saga, Control::EndPursuit { step: None }).await, Ordered::Taken);
        assert_eq!(finishes(ground, &saga).await, Some(Outcome::Completed));
        let lines = ground.view(&saga).await.lines;
        let ended = |event: &Event| matches!(event, Event::Step(StepEvent::Waived { why, .. }) if why.starts_with("pursuit ended: "));
        when(&lines, ended);
    });
}

/// A lesson follows into the next plan until somebody closes it (R43).
#[test]
fn a_lesson_follows_into_the_next_plan_until_it_is_closed() {
    perform(Setup::default(), async |ground: &Ground| {
        let drafted = ground.drafted().await;
        let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
        assert_eq!(ordered(ground, &saga, lesson("pools first")).await, Ordered::Taken);
        assert_eq!(ground.view(&saga).await.state.lessons().len(), 1);
        abort(&ground.operator, &saga, "ann", "a drill").await.expect("it can be aborted");
        assert_eq!(finishes(ground, &saga).await, Some(Outcome::Aborted));
        ground.admission(60).await;
        let finding = format!("lesson of {saga}, open (bob, no date): pools first");
        assert!(ground.drafted().await.plan.findings.contains(&finding));
        let pair = &ground.operator.pair.name;
        let open = ground.operator.controls.lessons(pair).await.expect("the store answers");
        let closed = engine::ports::Closed { by: "bob".to_owned(), why: "done".to_owned(), at: ground.clock.now() };
        ground.operator.controls.close_lesson(pair, &open[0].id, &closed).await.expect("it is open");
        assert!(!ground.drafted().await.plan.findings.contains(&finding));
    });
}
