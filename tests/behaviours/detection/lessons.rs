//! Checks that a failover from a lost region does not wait for lessons that people still have to record (R43, L1).

use engine::ports::SagaStatus;
use engine::start::{Order, draft, start};
use failover::signal::Reading;
use failover::verdict::Mode;
use failover::{Operation, Side};
use saga::{Event, StepEvent};
use tests::pair::{Ground, perform};
use tests::watched::{moved, watched};

#[test]
fn a_failback_that_waits_for_lessons_makes_room_for_a_failover() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        moved(ground, Operation::Failover, Side::Primary, &|status| matches!(status, SagaStatus::Finished(_))).await;
        let home =
            moved(ground, Operation::Failback, Side::Standby, &|status| status == SagaStatus::PersonNeeded).await;
        assert_eq!(ground.pair().await.saga, Some(home.clone()));
        // The hour after the last saga has gone by, and nobody has recorded anything.
        ground.admission(3_700).await;
        assert_eq!(ground.pair().await.saga, Some(home.clone()));
        let proposed = ground.minutes(6, Reading::Down).await.saga.expect("it fires");
        assert_eq!(ground.head(&proposed).await.status, SagaStatus::Asking);
        let log = ground.operator.sagas.log(&home).await.expect("the store answers");
        let waived = log.iter().flat_map(|chunk| &chunk.lines).find_map(|line| {
            let Event::Step(StepEvent::Waived { by, why, .. }) = &line.event else { return None };
            Some((by.clone(), why.clone()))
        });
        let (by, why) = waived.expect("its lessons are waived");
        assert!(by == "the verdict" && why.contains("a failover is proposed"), "{by}: {why}");
    });
}

#[test]
fn a_drill_on_the_standby_alone_gives_way_to_a_failover() {
    perform(watched(Mode::Ask), async |ground: &Ground| {
        ground.captured().await;
        let order = Order::of(Operation::StandbyDrill, Side::Primary, true, "on-call", ground.clock.now());
        let drafted = draft(&ground.operator, &order).await.expect("a plan");
        let drill = start(&ground.operator, &order, &drafted).await.expect("a saga");
        let proposed = ground.minutes(7, Reading::Down).await;
        let proposed = proposed.saga.or(ground.pair().await.saga).expect("it fires");
        assert_eq!(ground.head(&proposed).await.kind, "failover");
        assert_eq!(ground.head(&drill).await.status, SagaStatus::Finished(saga::Outcome::Aborted));
        assert_eq!(ground.effects(), 0);
    });
}
