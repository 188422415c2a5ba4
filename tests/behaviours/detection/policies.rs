//! Checks which actions a policy allows without a person.

use engine::ports::SagaStatus;
use failover::plan::{GO, stage};
use failover::signal::Reading;
use failover::verdict::{Decision, Mode};
use saga::{Event, Outcome, Proof, SagaEvent, SagaId};
use tests::pair::{Ground, perform};
use tests::watched::watched;

fn call() -> Mode {
    Mode::Act { accepted_by: "the head of the platform".to_owned() }
}

#[test]
fn to_watch_is_to_tell_once_and_nothing_else() {
    perform(watched(Mode::Watch), async |ground: &Ground| {
        ground.captured().await;
        let noticed = ground.minutes(9, Reading::Down).await;
        assert_eq!((noticed.verdict.decision, noticed.saga), (Decision::Tell, None));
        let told: Vec<String> = ground.stack.mail().into_iter().map(|mail| mail.subject).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("the policy is to watch"), "{told:?}");
        assert_eq!((ground.pair().await.saga, ground.effects()), (None, 0));
    });
}

/// The side is fenced at once. Nothing is started before a person has said yes (S10).
#[test]
fn fenced_first_the_target_waits_for_the_answer() {
    perform(watched(Mode::FenceThenAsk), async |ground: &Ground| {
        ground.captured().await;
        let saga = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
        ground.admission(600).await;
        let view = ground.view(&saga).await;
        let entered: Vec<&str> = view
            .lines
            .iter()
            .filter_map(|line| {
                let Event::Saga(SagaEvent::StageEntered { stage }) = &line.event else { return None };
                Some(stage.as_str())
            })
            .collect();
        assert!(entered.contains(&stage::SWEEP) && entered.contains(&stage::ISOLATE), "{entered:?}");
        for later in [stage::READMIT, stage::NOTIFY, stage::DATA, "pools", stage::REPOINT] {
            assert!(!entered.contains(&later), "{later} was entered: {entered:?}");
        }
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Asking);
        assert!(view.question.expect("it was asked").text.contains("is being fenced already"));
        ground.answers(&saga, "ana", true, true).await.expect("the question is open");
        ground.admission(1_800).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Finished(Outcome::Completed));
    });
}

#[test]
fn under_act_it_begins_when_nobody_says_no() {
    perform(watched(call()), async |ground: &Ground| {
        ground.captured().await;
        let saga = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
        ground.minutes(9, Reading::Down).await;
        assert_eq!(ground.effects(), 0, "the veto time is ten minutes");
        ground.minutes(3, Reading::Down).await;
        ground.admission(1_800).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Finished(Outcome::Completed));
        let view = ground.view(&saga).await;
        let by = view.state.approval(GO).map(|approval| approval.by.clone());
        assert_eq!(by.as_deref(), Some("the head of the platform, by the policy act"));
        assert_eq!(view.state.approval(GO).map(|approval| approval.proofs.clone()), Some(vec![Proof::Policy]));
    });
}

/// S27: the policy is no person. If two people must say yes, the configuration refuses it, and the gate does so, too.
#[test]
fn under_act_it_does_not_begin_where_two_people_must_say_yes() {
    let mut setup = watched(call());
    setup.watch.approvals.iter_mut().for_each(|approvals| approvals.people = 2);
    perform(setup, async |ground: &Ground| {
        let saga = vetoed(ground, async |ground: &Ground, saga: &SagaId| {
            ground.answers(saga, "ana", true, true).await.expect("the question is open");
            Reading::Down
        });
        assert_eq!(saga.await, (SagaStatus::Asking, 0));
    });
}

#[test]
fn under_act_a_no_holds_it() {
    perform(watched(call()), async |ground: &Ground| {
        let saga = vetoed(ground, async |ground: &Ground, saga: &SagaId| {
            ground.answers(saga, "ana", false, false).await.expect("the question is open");
            Reading::Down
        });
        assert_eq!(saga.await, (SagaStatus::Asking, 0));
    });
}

#[test]
fn under_act_it_does_not_begin_once_anybody_calls_the_side_healthy() {
    perform(watched(call()), async |ground: &Ground| {
        let saga = vetoed(ground, async |_: &Ground, _: &SagaId| Reading::Healthy);
        assert_eq!(saga.await, (SagaStatus::Asking, 0));
    });
}

#[test]
fn under_act_it_does_not_begin_when_nothing_is_known_any_more() {
    perform(watched(call()), async |ground: &Ground| {
        let saga = vetoed(ground, async |_: &Ground, _: &SagaId| Reading::Unknown);
        assert_eq!(saga.await, (SagaStatus::Asking, 0));
    });
}

/// Lets something happen in the veto time of a saga. Returns the saga's status, and the number of calls that changed
/// something.
async fn vetoed(ground: &Ground, happens: impl AsyncFnOnce(&Ground, &SagaId) -> Reading) -> (SagaStatus, usize) {
    ground.captured().await;
    let saga = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
    ground.minutes(5, Reading::Down).await;
    let then = happens(ground, &saga).await;
    ground.minutes(15, then).await;
    (ground.head(&saga).await.status, ground.effects())
}
