//! Checks L2, L3, L4, L6 and S6: durations, intervals and costs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use engine::Settings;
use engine::ports::SagaStatus;
use engine::start::start;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::{Crossing, InjectedFault, Phase};
use saga::{Event, SagaEvent, SagaId, StepState};
use sim::{Estate, Fault, FaultKind, Side};
use tests::pair::{Ground, Seen, Setup, perform};

/// L2: the sum of lease, skew and tick.
const ANOTHER_CONTINUES: SignedDuration = SignedDuration::from_secs(95);

/// L2: wherever a runner dies, another one works within lease, skew and tick.
#[test]
fn another_runner_continues_within_lease_skew_and_tick() {
    let mut longest = SignedDuration::ZERO;
    let mut points = 0;
    for nth in (10..).step_by(23) {
        let Some(without) = without_a_runner(nth) else { break };
        assert!(without <= ANOTHER_CONTINUES, "killed at {nth}, the saga had no runner for {without:#}");
        (longest, points) = (longest.max(without), points + 1);
    }
    println!("a runner died at {points} boundaries; the saga had none for {longest:#} at most");
    assert!(points >= 10, "{points} points");
}

/// The time that a saga is without a runner when its own dies at the nth crossing. `None` if there is no nth crossing,
/// or if nothing is left to do for another runner.
fn without_a_runner(nth: u64) -> Option<SignedDuration> {
    let death: Arc<OnceLock<Timestamp>> = Arc::default();
    let died = Arc::clone(&death);
    let injected_faults = move |_: &[Seen], now: Timestamp, crossing: &Crossing| {
        let dies = crossing.number == nth && died.set(now).is_ok();
        if dies { InjectedFault::Kill } else { InjectedFault::Nothing }
    };
    perform(Setup { injected_faults: Box::new(injected_faults), ..Setup::default() }, async move |ground: &Ground| {
        let saga = ground.begin().await;
        finishes(ground, &saga).await;
        let lines = ground.view(&saga).await.lines;
        let death = *death.get()?;
        let took_over =
            |line: &&saga::Line| matches!(line.event, Event::Saga(SagaEvent::TookOver { .. })) && line.at > death;
        lines.iter().find(took_over).map(|line| line.at.duration_since(death))
    })
}

/// Waits until the saga has finished. `false` if it has not after ten minutes.
async fn finishes(ground: &Ground, saga: &SagaId) -> bool {
    for _ in 0..600 {
        if let SagaStatus::Finished(_) = ground.head(saga).await.status {
            return true;
        }
        ground.admission(1).await;
    }
    false
}

/// L3: a step that is refused again and again is tried at least once per its longest pause.
#[test]
fn a_waiting_step_is_tried_once_per_its_longest_pause() {
    let settings = Settings::default();
    // One call of many fails, so the breaker of its family stays closed.
    let (path, seconds) = ("/api/2.0/instance-pools/edit", 300);
    let gaps = perform(failing(path, true), async |ground: &Ground| {
        ground.begin().await;
        ground.admission(seconds).await;
        gaps(&ground.seen(), &format!("primary POST {path}"))
    });
    let longest = gaps.iter().max().copied().expect("it is tried more than once");
    println!("{} tries in {seconds} s, {longest:#} apart at most", gaps.len() + 1);
    assert!(longest <= settings.longest_pause + SignedDuration::from_secs(3), "{gaps:?}");
}

/// L3: a step of the pursuit is tried at least once per pursuit interval, for ever.
#[test]
fn a_pursued_step_is_tried_once_per_interval() {
    let settings = Settings::default();
    let path = "/api/2.0/instance-pools/edit";
    let gaps = perform(failing(path, false), async |ground: &Ground| {
        let saga = ground.begin().await;
        // This is longer than a runner drives, so that a hand-over is in it.
        ground.admission(3600).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Pursuing);
        gaps(&ground.seen(), &format!("primary POST {path}"))
    });
    let longest = gaps.iter().max().copied().expect("it is tried more than once");
    println!("{} tries in an hour, {longest:#} apart at most", gaps.len() + 1);
    assert!(longest <= settings.pursuit_interval + SignedDuration::from_secs(3), "{gaps:?}");
}

/// A pair whose primary answers every call to a path with 500.
fn failing(path: &str, planned: bool) -> Setup {
    let fault = Fault::new(Side::Primary, 0, FaultKind::Error { status: 500, probability: 1.0 }).only(path);
    Setup { planned, faults: vec![fault], ..Setup::default() }
}

/// The times between the requests of one kind.
fn gaps(seen: &[Seen], what: &str) -> Vec<SignedDuration> {
    let is = |it: &&Seen| it.crossing.phase == Phase::Before && it.crossing.what == what;
    let times: Vec<Timestamp> = seen.iter().filter(is).map(|it| it.at).collect();
    times.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect()
}

/// L4: one job must not be touched. Every other step of its stage is done as soon as without that job.
#[test]
fn one_poisoned_step_keeps_no_other_waiting() {
    let (_, poisoned, _) = Estate::small().counterparts().into_iter().find(|(kind, ..)| kind == "job").expect("a job");
    let forbidden = FaultKind::Forbidden { resource: Some(poisoned.clone()) };
    let fenced = |faults: Vec<Fault>| {
        perform(Setup { faults, ..Setup::default() }, async |ground: &Ground| {
            let saga = ground.begin().await;
            ground.admission(120).await;
            let view = ground.view(&saga).await;
            let of_stage = view.plan.steps().filter(|(id, _)| view.plan.stages[usize::from(id.stage)].name == "fence");
            let done = of_stage.filter_map(|(id, step)| {
                let record = view.state.step(id)?;
                let since = record.last_try?.duration_since(view.plan.made_at);
                Some((step.resource.clone(), (record.state, since)))
            });
            done.collect::<BTreeMap<_, _>>()
        })
    };
    let calm = fenced(Vec::new());
    let with_poison = fenced(vec![Fault::new(Side::Primary, 0, forbidden)]);
    assert!(calm.len() > 4 && calm.len() == with_poison.len(), "{calm:?}\n{with_poison:?}");
    for (resource, (state, since)) in &with_poison {
        let (_, calmly) = calm[resource];
        if *resource == poisoned {
            assert_eq!(*state, StepState::Blocked);
        } else {
            assert_eq!(*state, StepState::Done);
            assert!(
                *since <= calmly + SignedDuration::from_secs(5),
                "{resource}: {since:#}, {calmly:#} without poison"
            );
        }
    }
}

/// L6: a tick with nothing to do makes the same few requests. Neither the time that the saga waits nor the number of
/// ticks before changes that.
#[test]
fn idle_ticks_do_constant_work() {
    let per_tick = perform(Setup::default(), async |ground: &Ground| {
        // The beginning is between two ticks, so that no two events come at the same moment.
        ground.admission(30).await;
        let nothing = requests_in(ground, 600).await;
        let drafted = ground.drafted().await;
        let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
        ground.admission(300).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Asking);
        let asking = requests_in(ground, 600).await;
        ground.admission(3000).await;
        [nothing, asking, requests_in(ground, 600).await]
    });
    println!("requests in ten ticks: {per_tick:?}");
    let [nothing, asking, later] = per_tick;
    assert_eq!((nothing, asking), (10, later), "a tick of nothing is one read");
    assert!(asking <= 50, "{asking} requests in ten ticks of waiting for an answer");
}

/// The number of requests that the functions make in this number of seconds.
async fn requests_in(ground: &Ground, seconds: u64) -> usize {
    let sent = |ground: &Ground| ground.seen().iter().filter(|it| it.crossing.phase == Phase::Before).count();
    let before = sent(ground);
    ground.admission(seconds).await;
    sent(ground) - before
}

/// S6, S8: the reply to the call that starts a pipeline's update is lost. The runner reads whether the update was
/// started, and does not start it again.
#[test]
fn an_intended_step_in_doubt_is_verified_first() {
    let lost = Arc::new(AtomicBool::new(false));
    let injected_faults = move |_: &[Seen], _: Timestamp, crossing: &Crossing| {
        let loses = starts_update(crossing, Phase::AfterEffect) && !lost.swap(true, Ordering::SeqCst);
        if loses { InjectedFault::LoseReply } else { InjectedFault::Nothing }
    };
    let seen =
        perform(Setup { injected_faults: Box::new(injected_faults), ..Setup::default() }, async |ground: &Ground| {
            let saga = ground.begin().await;
            assert!(finishes(ground, &saga).await, "{:?}", ground.head(&saga).await);
            ground.seen()
        });
    assert_eq!(seen.iter().filter(|it| starts_update(&it.crossing, Phase::Before)).count(), 1);
}

fn starts_update(crossing: &Crossing, phase: Phase) -> bool {
    let what = &crossing.what;
    crossing.phase == phase && what.starts_with("standby POST /api/2.0/pipelines/") && what.ends_with("/updates")
}
