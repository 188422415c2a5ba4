//! Checks deaths during a drill: wherever a process dies, the period has one saga and one result.

use engine::Deps;
use engine::drills::DrillOutcome;
use engine::drills::scheduled::round;
use engine::ports::SagaStatus;
use failover::drill::{DrillEnd, DrillKind};
use tests::pair::{Ground, perform};

use super::timetable::{recorded, scheduled, told, weekly};

/// Every fifth boundary is enough. Most of a round is listing, and each part of the rest is met with this stride.
const STRIDE: usize = 5;

/// Plays once for every `STRIDE`th boundary of a round, until a boundary is no longer reached.
fn dies_everywhere(kind: DrillKind, then: impl AsyncFn(&Ground, u64)) {
    for nth in (1..).step_by(STRIDE) {
        let died = perform(scheduled(weekly(kind)), async |ground: &Ground| {
            let died = dies_at(ground, nth).await;
            then(ground, nth).await;
            died
        });
        if !died {
            assert!(nth > 40, "only {nth} boundaries were crossed");
            break;
        }
    }
}

/// Runs a first round, which dies at this boundary. Then the function of the stack runs every quarter of an hour.
/// `false` if the round had ended before.
async fn dies_at(ground: &Ground, nth: u64) -> bool {
    ground.captured().await;
    let died = ground.dies_at(nth, async |dying: &Deps| round(dying).await).await;
    ground.admission(2_400).await;
    died
}

/// Nobody approves the drill, so it is missed, once, whatever came before.
async fn is_asked_for_once_and_missed(ground: &Ground, nth: u64) {
    let results = recorded(ground).await;
    assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Begun), "died at {nth}: {results:?}");
    assert_eq!(ground.head(&results[0].sagas[0]).await.status, SagaStatus::Asking, "died at {nth}");
    ground.admission(2 * 3_600).await;
    let results = recorded(ground).await;
    assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Missed), "died at {nth}: {results:?}");
    assert_eq!(told(ground).len(), 1, "died at {nth}");
    assert_eq!(ground.stack.changing_calls(), [0, 0], "died at {nth}");
}

#[test]
fn a_round_that_dies_anywhere_is_followed_by_one_drill_on_the_standby() {
    dies_everywhere(DrillKind::StandbyOnly, is_asked_for_once_and_missed);
}

#[test]
fn a_round_that_dies_anywhere_is_followed_by_one_full_drill() {
    dies_everywhere(DrillKind::Full, is_asked_for_once_and_missed);
}

/// A process that dies after it has sent its message, and before it has recorded that, sends the message once more.
#[test]
fn a_round_that_dies_anywhere_is_followed_by_one_dry_run() {
    dies_everywhere(DrillKind::DryRun, async |ground: &Ground, nth: u64| {
        let results = recorded(ground).await;
        let held = DrillOutcome::Ended(DrillEnd::Held);
        assert_eq!((results.len(), results[0].outcome), (1, held), "died at {nth}: {results:?}");
        assert!((1..=2).contains(&told(ground).len()), "died at {nth}: {:?}", told(ground));
        ground.admission(2 * 3_600).await;
        assert_eq!(recorded(ground).await, results, "died at {nth}");
        assert_eq!(ground.stack.changing_calls(), [0, 0], "died at {nth}");
    });
}
