//! Checks that there is one proposal, whichever process judges, and whichever dies.

use engine::Deps;
use engine::detection::evaluate;
use engine::ports::SagaStatus;
use engine::start::{OrderError, StartError, draft};
use failover::plan::GO;
use failover::signal::Reading;
use failover::verdict::{AutomationPause, Decision, Level, Mode, Reason};
use tests::pair::{Ground, perform};
use tests::watched::watched;

/// S17: if two origins agree for five minutes, there is a question, and no other effect.
#[test]
fn what_agrees_for_long_enough_leads_to_one_question_and_changes_nothing() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        let before = ground.minutes(5, Reading::Down).await;
        assert_eq!((before.verdict.decision, &before.saga), (Decision::Nothing, &None));
        assert!(matches!(before.verdict.reasons[..], [Reason::NotLongEnough { need_s: 300, .. }]));
        let noticed = ground.minutes(1, Reading::Down).await;
        let saga = noticed.saga.expect("it fires in the sixth minute");
        assert_eq!(ground.head(&saga).await.by, "the verdict");
        assert_eq!(ground.asked(), ["ana"]);
        let later = ground.minutes(8, Reading::Down).await;
        assert_eq!(
            (later.verdict.level, later.verdict.decision, later.saga),
            (Level::Alarmed, Decision::Nothing, None)
        );
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Asking);
        assert_eq!((ground.pair().await.saga, ground.effects()), (Some(saga), 0));
    });
}

/// R16: the clocks begin with the first signal. The side counts as lost from the first signal that said so.
#[test]
fn the_clocks_begin_with_the_first_signal() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        ground.minutes(3, Reading::Healthy).await;
        let degraded = ground.clock.now();
        ground.minutes(2, Reading::Degraded).await;
        let down = ground.clock.now();
        let saga = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
        let clocks = ground.head(&saga).await.clocks;
        assert_eq!((clocks.noticed_at, clocks.lost_at), (Some(degraded), Some(down)));
    });
}

#[test]
fn of_two_who_judge_at_a_time_one_proposes() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        ground.minutes(5, Reading::Down).await;
        ground.said(Reading::Down).await;
        let (one, other) = (ground.stack.operator(), ground.stack.operator());
        let both = tokio::join!(evaluate(&one), evaluate(&other));
        let sagas = [both.0, both.1].map(|noticed| noticed.expect("the store answers").saga);
        assert_eq!(sagas.iter().flatten().count(), 1, "{sagas:?}");
        ground.admission(70).await;
        assert_eq!(ground.asked(), ["ana"]);
    });
}

/// S1, L1: wherever a proposal dies, there is one saga in the end, and its question is asked.
#[test]
fn a_proposal_that_dies_anywhere_is_made_once() {
    let mut boundary = 1;
    while perform(watched(Mode::Ask), async |ground: &Ground| dies_at(ground, boundary).await) {
        // Every seventh boundary is enough. Most of a proposal is listing, and each part of the rest is met.
        boundary += 7;
    }
    assert!(boundary > 50, "only {boundary} boundaries were crossed");
}

/// Proposes in a process that dies at its nth boundary. `false` if the proposal had ended before.
async fn dies_at(ground: &Ground, nth: u64) -> bool {
    ground.captured().await;
    ground.minutes(5, Reading::Down).await;
    ground.said(Reading::Down).await;
    let died = ground.dies_at(nth, async |dying: &Deps| evaluate(dying).await).await;
    // This is longer than the claim of the dead process. Meanwhile the tick sees to the question.
    ground.minutes(7, Reading::Down).await;
    let saga = ground.pair().await.saga.unwrap_or_else(|| panic!("died at {nth}: there is no saga"));
    let asked = ground.operator.approval_requests.question(&saga, GO).await.expect("the store answers");
    assert!(asked.is_some_and(|ask| ask.links.len() == 1), "died at {nth}: nobody was asked");
    let mail = ground.asked();
    assert!(mail.len() <= 2 && mail.iter().all(|to| to == "ana"), "died at {nth}: {mail:?}");
    died
}

#[test]
fn after_a_saga_nothing_is_proposed_until_the_cool_down_is_over_or_acknowledged() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        let saga = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
        engine::wake::abort(&ground.operator, &saga, "ana").await.expect("it can be ended");
        ground.admission(70).await;
        let cooling = ground.minutes(6, Reading::Down).await;
        assert!(matches!(cooling.verdict.reasons[..], [Reason::Fires { .. }, Reason::CoolingDown(_)]), "{cooling:?}");
        assert_eq!(cooling.saga, None);
        let mut pair = ground.pair().await;
        let cool_down = pair.cool_down.as_mut().expect("it has begun");
        assert_eq!(cool_down.saga, saga);
        cool_down.acknowledged_by = Some("ana".to_owned());
        pair.revision += 1;
        ground.operator.pairs.put_pair(&pair).await.expect("nobody else writes");
        assert!(ground.minutes(1, Reading::Down).await.saga.is_some_and(|second| second != saga));
    });
}

#[test]
fn a_frozen_pair_is_only_looked_at() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        let mut pair = ground.pair().await;
        let freeze = AutomationPause { by: "ana".to_owned(), why: "a release".to_owned(), at: ground.clock.now() };
        pair.freeze = Some(freeze.clone());
        pair.revision += 1;
        ground.operator.pairs.put_pair(&pair).await.expect("nobody else writes");
        let noticed = ground.minutes(8, Reading::Down).await;
        assert!(noticed.verdict.reasons.contains(&Reason::Frozen(freeze)), "{noticed:?}");
        assert_eq!((noticed.saga, ground.pair().await.saga), (None, None));
        let refused = draft(&ground.operator, &ground.order()).await;
        assert!(matches!(refused, Err(StartError::Refused(OrderError::Frozen { .. }))), "{refused:?}");
    });
}
