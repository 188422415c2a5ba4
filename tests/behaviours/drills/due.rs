//! Checks that a drill which is due is held once, and that a drill which could not be held is reported once, with the
//! reason.

use engine::drills::DrillOutcome;
use engine::drills::scheduled::{Did, round};
use engine::pair::pair_head;
use engine::ports::{PairHead, SagaStatus};
use failover::drill::{BlockedDates, DrillEnd, DrillKind};
use failover::signal::Reading;
use jiff::civil::date;
use saga::Outcome;
use tests::pair::{Ground, perform};

use super::timetable::{monitor_says, recorded, scheduled, told, weekly};

#[test]
fn a_dry_run_is_held_once_and_changes_nothing() {
    perform(scheduled(weekly(DrillKind::DryRun)), async |ground: &Ground| {
        ground.captured().await;
        ground.admission(3 * 3_600).await;
        let results = recorded(ground).await;
        let held: Vec<_> = results.iter().map(|result| (result.id.as_str(), result.outcome)).collect();
        assert_eq!(held, [("weekly/2026-W02", DrillOutcome::Ended(DrillEnd::Held))], "{:?}", ground.stack.stopped());
        assert_eq!(told(ground).len(), 1, "{:?}", told(ground));
    });
}

#[test]
fn an_alarm_that_rings_or_says_nothing_blocks_and_the_drill_is_missed_and_told_once() {
    for reading in [None, Some(Reading::Degraded), Some(Reading::Unknown)] {
        let policy = || {
            let mut policy = weekly(DrillKind::DryRun);
            policy.blocking_alarms = vec!["datadog/7".parse().expect("an alarm")];
            scheduled(policy)
        };
        perform(policy(), async |ground: &Ground| {
            ground.captured().await;
            if let Some(reading) = reading {
                monitor_says(ground, reading).await;
            }
            ground.admission(3_500).await;
            assert!(recorded(ground).await.is_empty(), "it may still be held");
            ground.admission(3 * 3_600).await;
            let results = recorded(ground).await;
            let missed: Vec<_> = results.iter().map(|result| (result.id.as_str(), result.outcome)).collect();
            assert_eq!(missed, [("weekly/2026-W02", DrillOutcome::Missed)]);
            assert!(results[0].why.contains("datadog/7"), "{results:?}");
            assert_eq!(told(ground).len(), 1, "{:?}", told(ground));
        });
    }
}

#[test]
fn an_alarm_that_is_well_again_lets_it_be_held_in_the_same_window() {
    let mut policy = weekly(DrillKind::DryRun);
    policy.blocking_alarms = vec!["datadog/7".parse().expect("an alarm")];
    perform(scheduled(policy), async |ground: &Ground| {
        ground.captured().await;
        monitor_says(ground, Reading::Down).await;
        ground.admission(2_000).await;
        assert!(recorded(ground).await.is_empty());
        monitor_says(ground, Reading::Healthy).await;
        ground.admission(1_000).await;
        assert_eq!(recorded(ground).await[0].outcome, DrillOutcome::Ended(DrillEnd::Held));
    });
}

#[test]
fn nothing_is_held_on_a_blocked_date() {
    let mut policy = weekly(DrillKind::DryRun);
    policy.windows[0].days.clear();
    policy.blocked_dates = vec![BlockedDates { from: date(2026, 1, 5), until: date(2026, 1, 5) }];
    perform(scheduled(policy), async |ground: &Ground| {
        ground.captured().await;
        ground.admission(4 * 3_600).await;
        assert!(recorded(ground).await.is_empty());
        ground.admission(21 * 3_600).await;
        assert_eq!(recorded(ground).await.len(), 1, "it is held the day after");
    });
}

#[test]
fn what_nobody_approves_in_its_window_is_aborted_and_missed() {
    for kind in [DrillKind::StandbyOnly, DrillKind::Full] {
        perform(scheduled(weekly(kind)), async |ground: &Ground| {
            ground.captured().await;
            ground.admission(1_000).await;
            let begun = recorded(ground).await;
            assert_eq!(begun[0].outcome, DrillOutcome::Begun, "{begun:?}");
            ground.admission(3 * 3_600).await;
            let results = recorded(ground).await;
            assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Missed));
            assert!(results[0].why.contains("nobody approved it"), "{results:?}");
            let head = ground.head(&results[0].sagas[0]).await;
            assert_eq!(head.status, SagaStatus::Finished(Outcome::Aborted));
            assert_eq!(told(ground).len(), 1, "{:?}", told(ground));
        });
    }
}

#[test]
fn what_is_approved_is_held_and_its_end_is_written_down() {
    for kind in [DrillKind::StandbyOnly, DrillKind::Full] {
        perform(scheduled(weekly(kind)), async |ground: &Ground| {
            ground.captured().await;
            ground.admission(1_000).await;
            let saga = recorded(ground).await[0].sagas[0].clone();
            ground.asserts(&saga, "ana", true, false).await.expect("its question is open");
            ground.admission(3 * 3_600).await;
            // The way back of a full drill is not closed before somebody has recorded a lesson.
            let head = pair_head(&ground.operator).await.expect("the pair is there");
            assert_eq!(head.saga.is_some(), kind == DrillKind::Full);
            if let Some(back) = head.saga {
                let text = "nothing surprised us".to_owned();
                let lesson = engine::ports::Control::Lesson { text, owner: None, due: None };
                let patience = jiff::SignedDuration::from_mins(2);
                let ordered = engine::controls::order(&ground.operator, &back, lesson, "ana", "learned", patience);
                assert_eq!(ordered.await.expect("it is taken in"), engine::controls::Ordered::Taken);
                ground.admission(120).await;
            }
            let results = recorded(ground).await;
            let ended = (results.len(), results[0].outcome);
            assert_eq!(ended, (1, DrillOutcome::Ended(DrillEnd::Held)), "{results:?}");
            assert_eq!(told(ground).len(), 1, "{:?}", told(ground));
        });
    }
}

#[test]
fn what_somebody_declines_is_over_for_its_period_and_told_with_who_said_no() {
    for kind in [DrillKind::StandbyOnly, DrillKind::Full] {
        perform(scheduled(weekly(kind)), async |ground: &Ground| {
            ground.captured().await;
            ground.admission(1_000).await;
            let saga = recorded(ground).await[0].sagas[0].clone();
            ground.asserts(&saga, "ana", false, false).await.expect("its question is open");
            ground.admission(1_000).await;
            let results = recorded(ground).await;
            assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Missed), "{results:?}");
            assert!(results[0].why.contains("ana said no"), "{results:?}");
            assert_eq!(ground.head(&saga).await.status, SagaStatus::Finished(Outcome::Aborted));
            assert_eq!(ground.stack.changing_calls(), [0, 0]);
            assert_eq!(told(ground).len(), 1, "{:?}", told(ground));
        });
    }
}

#[test]
fn its_outcome_alarm_ends_a_drill_on_the_standby_and_what_may_still_be_on_is_told() {
    let mut policy = weekly(DrillKind::StandbyOnly);
    policy.outcome_alarms = vec!["datadog/7".parse().expect("an alarm")];
    perform(scheduled(policy), async |ground: &Ground| {
        ground.captured().await;
        monitor_says(ground, Reading::Healthy).await;
        ground.admission(1_000).await;
        let saga = recorded(ground).await[0].sagas[0].clone();
        ground.asserts(&saga, "ana", true, false).await.expect("its question is open");
        // A tick takes the answer up within a minute.
        while ground.head(&saga).await.status == SagaStatus::Asking {
            ground.admission(1).await;
        }
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Running);
        monitor_says(ground, Reading::Down).await;
        let did = round(&ground.operator).await.expect("the store answers");
        assert_eq!(did.iter().map(|one| &one.did).collect::<Vec<_>>(), [&Did::Stopped]);
        ground.admission(2_000).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Finished(Outcome::Aborted));
        let results = recorded(ground).await;
        let ended = (results.len(), results[0].outcome);
        assert_eq!(ended, (1, DrillOutcome::Ended(DrillEnd::TurnedBack)), "{results:?}");
        let why = &results[0].why;
        assert!(why.contains("datadog/7") && why.contains("may still be on"), "{why}");
        assert_eq!(ground.stack.changing_calls()[0], 0, "the primary is not touched");
        assert_eq!(told(ground).len(), 1, "{:?}", told(ground));
    });
}

/// An aborted failover has left the pair half fenced. The work must be brought back before a drill begins.
#[test]
fn nothing_is_begun_while_the_pair_is_frozen() {
    perform(scheduled(weekly(DrillKind::StandbyOnly)), async |ground: &Ground| {
        ground.captured().await;
        let head = pair_head(&ground.operator).await.expect("the pair is there");
        let frozen = PairHead { frozen: true, revision: head.revision + 1, ..head };
        ground.operator.pairs.put_pair(&frozen).await.expect("the store takes it");
        ground.admission(3 * 3_600).await;
        let results = recorded(ground).await;
        assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Missed), "{results:?}");
        assert!(results[0].why.contains("half fenced"), "{results:?}");
    });
}
