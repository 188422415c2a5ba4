//! Checks S25, L1 and L4: with the sizes that a workspace may have, every record is small enough to be written, and
//! the pursuit goes on.
//!
//! The table itself stops a test that writes an item of more than 256 KB.

use engine::pair::pair_head;
use engine::ports::{GuardRecord, SagaStatus};
use failover::Side;
use failover::plan::EVERYTHING;
use jiff::Timestamp;
use saga::bounds::TEXT;
use saga::{Event, Outcome, SagaId, StepEvent, StepState};
use sim::{Estate, Fault, FaultKind};
use tests::pair::{Ground, Setup, perform};
use tests::parts::BEGINS;

/// Number of jobs that a failover of a large workspace may leave to people.
const BY_HAND: usize = 3_000;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("job-{number:05}")).collect()
}

/// In milliseconds since 1970: the time that is this number of seconds after the beginning.
fn after_ms(seconds: i64) -> i64 {
    BEGINS.parse::<Timestamp>().expect("a time").as_millisecond() + seconds * 1_000
}

/// Waits until the saga has this status. If it never has, the error is its last status.
async fn comes_to(ground: &Ground, saga: &SagaId, wanted: SagaStatus) -> Result<(), SagaStatus> {
    for _ in 0..120 {
        if ground.head(saga).await.status == wanted {
            return Ok(());
        }
        ground.admission(60).await;
    }
    Err(ground.head(saga).await.status)
}

/// The number of steps that only a person can help, and of those that are pursued and not verified.
async fn open(ground: &Ground, saga: &SagaId) -> (usize, usize) {
    let view = ground.view(saga).await;
    let is = |id: &saga::StepId, of: StepState| view.state.step(*id).is_some_and(|record| record.state == of);
    let blocked = view.plan.steps().filter(|(id, _)| is(id, StepState::Blocked)).count();
    // A step for everything of a kind waits until the others are settled.
    let named = view.plan.steps().filter(|(_, step)| step.pursue && step.resource != EVERYTHING);
    let pursued = named.filter(|(id, _)| !is(id, StepState::Done)).count();
    (blocked, pursued)
}

/// Thousands of jobs have no counterpart, and one job of the primary may not be touched for a while.
#[test]
fn thousands_of_jobs_without_a_counterpart_wait_for_people_and_the_pursuit_goes_on() {
    let estate = Estate::of_jobs(&names(BY_HAND + 10), &names(10), 0);
    let (_, refused, _) = estate.counterparts().into_iter().next().expect("a job");
    let refused = FaultKind::Forbidden { resource: Some(refused) };
    let refused = Fault::new(sim::Side::Primary, 0, refused).until(after_ms(1_800));
    let setup = Setup { estate, planned: false, faults: vec![refused], ..Setup::default() };
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        assert_eq!(comes_to(ground, &saga, SagaStatus::PersonNeeded).await, Ok(()), "{:?}", ground.stack.stopped());
        assert_eq!(open(ground, &saga).await, (BY_HAND + 1, 1));
        // A few more drives come, the last of them after the job may be touched.
        ground.admission(2_400).await;
        assert_eq!(open(ground, &saga).await, (BY_HAND, 0), "what was refused is fenced");
        assert_eq!(ground.stack.stopped(), [""; 0], "no drive has failed");
    });
}

#[test]
fn five_hundred_active_jobs_of_one_name_are_told_each_in_a_bounded_text() {
    let same = vec!["daily load".to_owned(); 500];
    let setup = Setup { estate: Estate::of_jobs(&same, &same, 0), planned: false, ..Setup::default() };
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        assert_eq!(comes_to(ground, &saga, SagaStatus::PersonNeeded).await, Ok(()), "{:?}", ground.stack.stopped());
        assert_eq!(open(ground, &saga).await, (500, 0));
        let view = ground.view(&saga).await;
        let told = view.lines.iter().filter_map(|line| {
            let Event::Step(StepEvent::Blocked { fault, .. }) = &line.event else { return None };
            Some(fault.message.as_str())
        });
        for told in told {
            assert!(told.contains("and 497 more") && told.len() < 600, "{told}");
        }
        assert_eq!(ground.stack.stopped(), [""; 0], "no drive has failed");
    });
}

/// Names at the documented limit. Some of them have a counterpart.
#[test]
fn names_of_4096_characters_fit_into_every_record() {
    let long = |number: usize| format!("{number:03}{}", "ü".repeat(4_093));
    let all: Vec<String> = (0..80).map(long).collect();
    let setup = Setup { estate: Estate::of_jobs(&all, &all[..10], 0), planned: false, ..Setup::default() };
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        assert_eq!(comes_to(ground, &saga, SagaStatus::PersonNeeded).await, Ok(()), "{:?}", ground.stack.stopped());
        assert_eq!(open(ground, &saga).await, (70, 0));
        let view = ground.view(&saga).await;
        let asked =
            ground.operator.approval_requests.question(&saga, failover::plan::GO).await.expect("the store answers");
        assert!(asked.expect("it was asked").text.len() <= TEXT);
        assert!(view.plan.findings.iter().chain(&view.plan.exceptions).all(|line| line.len() <= TEXT));
        assert_eq!(ground.stack.stopped(), [""; 0], "no drive has failed");
    });
}

/// The guard finds the same number of active jobs, and may fence none of them.
#[test]
fn a_round_of_the_guard_gives_up_thousands_of_steps() {
    let forbidden = Fault::new(sim::Side::Primary, 0, FaultKind::Forbidden { resource: None }).only("jobs.update");
    let estate = Estate::of_jobs(&names(BY_HAND), &[], 0);
    perform(Setup { estate, faults: vec![forbidden], ..Setup::default() }, async |ground: &Ground| {
        let mut head = pair_head(&ground.operator).await.expect("the store answers");
        head.active = Side::Standby;
        head.guard =
            Some(GuardRecord { side: Side::Primary, looked_at: Timestamp::UNIX_EPOCH, saga: None, last: None });
        head.revision = 1;
        ground.operator.pairs.put_pair(&head).await.expect("the pair can be written");
        ground.admission(120).await;
        let guard = pair_head(&ground.operator).await.expect("the store answers").guard.expect("it is guarded");
        let round = guard.last.expect("a round has begun");
        assert_eq!(comes_to(ground, &round, SagaStatus::Finished(Outcome::Completed)).await, Ok(()));
        let view = ground.view(&round).await;
        let waived =
            view.lines.iter().filter(|line| matches!(line.event, Event::Step(StepEvent::Waived { .. }))).count();
        assert_eq!(waived, BY_HAND);
        assert_eq!(ground.stack.stopped(), [""; 0], "no drive has failed");
    });
}
