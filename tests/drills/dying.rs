//! Whoever dies over a drill, and wherever: its period has one saga, and one result.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::drills::DrillOutcome;
use engine::drills::scheduled::round;
use engine::ports::SagaStatus;
use failover::drill::DrillKind;
use local::stack::sabotage::{Boundaries, Deed};

use crate::ground::{Ground, perform};
use crate::timetable::{scheduled, weekly};

#[test]
fn a_round_that_dies_anywhere_is_followed_by_one_drill() {
    let mut boundary = 1;
    while perform(scheduled(weekly(DrillKind::StandbyOnly)), async |ground: &Ground| dies_at(ground, boundary).await) {
        // Most of a round is listing; each part of the rest is met.
        boundary += 5;
    }
    assert!(boundary > 40, "only {boundary} boundaries were crossed");
}

/// `false` if it was through before.
async fn dies_at(ground: &Ground, nth: u64) -> bool {
    ground.captured().await;
    let crossed = Arc::new(AtomicU64::new(0));
    let boundaries = Boundaries::sabotaged(Arc::new(move |_| {
        if crossed.fetch_add(1, Ordering::SeqCst) + 1 >= nth { Deed::Kill } else { Deed::Nothing }
    }));
    let (process, dying) = ground.stack.operator_at(boundaries);
    let died = tokio::select! {
        biased;
        () = process.died() => true,
        _ = round(&dying) => false,
    };
    // The function of the stack looks every quarter of an hour.
    ground.pass(2_400).await;
    let results = ground.results().await;
    assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Begun), "died at {nth}: {results:?}");
    assert_eq!(ground.head(&results[0].sagas[0]).await.status, SagaStatus::Asking, "died at {nth}");
    // Nobody approves it: whatever went before, it is missed, once.
    ground.pass(2 * 3_600).await;
    let results = ground.results().await;
    assert_eq!((results.len(), results[0].outcome), (1, DrillOutcome::Missed), "died at {nth}: {results:?}");
    assert_eq!(ground.told().len(), 1, "died at {nth}");
    died
}
