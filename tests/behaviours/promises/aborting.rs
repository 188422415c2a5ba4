//! Checks an abort at any stage: afterwards the status of the pair agrees with the workspaces, and the command that
//! the status names brings the work back (S31, R60).

use std::collections::BTreeSet;
use std::time::Duration;

use engine::Settings;
use engine::capture::{capture, list_side};
use engine::controls::{abort, order};
use engine::guard::{Guarded, guard};
use engine::pair::pair_head;
use engine::pair_status::{PairStatus, pair_status};
use engine::ports::{Control, SagaStatus, StoreError};
use engine::start::{Order, draft, start};
use failover::plan::stage;
use failover::work::{Mend, Work};
use failover::{Operation, Side};
use jiff::SignedDuration;
use saga::{Outcome, SagaId};
use sim::{Fault, FaultKind};
use tests::pair::{Ground, Setup, perform};

/// The names of the active jobs of a side, as the workspace itself shows them.
async fn jobs_on(ground: &Ground, side: Side) -> BTreeSet<String> {
    let head = pair_head(&ground.operator).await.expect("the store answers");
    let deps = ground.operator.resolve(&head);
    let listed = list_side(&deps, side, Duration::from_secs(10)).await;
    listed.resources.into_iter().filter(|r| r.kind == "job" && r.active).map(|r| r.name).collect()
}

async fn status(ground: &Ground) -> PairStatus {
    pair_status(&ground.operator).await.expect("the record can be read")
}

async fn ordered(ground: &Ground, operation: Operation, planned: bool) -> SagaId {
    let leaving = if operation == Operation::Failback { Side::Standby } else { Side::Primary };
    let order = Order::of(operation, leaving, planned, "on-call", ground.clock.now());
    let drafted = draft(&ground.operator, &order).await.unwrap_or_else(|e| panic!("{operation}: {e}"));
    start(&ground.operator, &order, &drafted).await.expect("a saga can be started")
}

async fn approved(ground: &Ground, saga: &SagaId, planned: bool) {
    ground.asserts(saga, "on-call", true, !planned).await.expect("its question is open");
}

/// Waits for the end of a saga. If the saga waits for lessons, it gets one.
async fn ends(ground: &Ground, saga: &SagaId) -> Outcome {
    for _ in 0..2_000 {
        match ground.head(saga).await.status {
            SagaStatus::Finished(outcome) => return outcome,
            SagaStatus::PersonNeeded => {
                let nothing = Control::Lesson { text: "nothing".to_owned(), owner: None, due: None };
                let patience = SignedDuration::from_secs(60);
                order(&ground.operator, saga, nothing, "ann", "nothing", patience).await.expect("the store answers");
            }
            SagaStatus::Running | SagaStatus::Asking | SagaStatus::Pursuing => {}
        }
        ground.admission(1).await;
    }
    panic!("{saga} does not end")
}

/// A pair on which every call takes long, and a runner that reads an abort soon. So the saga stops within a stage.
fn slow(planned: bool) -> Setup {
    let settings = Settings {
        lease: SignedDuration::from_secs(6),
        skew: SignedDuration::from_millis(500),
        call_time_out: Duration::from_secs(3),
        ..Settings::default()
    };
    let faults = sim::Side::BOTH.map(|side| Fault::new(side, 0, FaultKind::Slow { ms: 1_500 }));
    Setup { planned, settings, faults: faults.to_vec(), ..Setup::default() }
}

/// Aborts a saga as soon as it has entered a stage. With `None` the abort comes before the approval. A saga completes
/// if its last stages are over before the runner reads the abort.
async fn aborted_at(ground: &Ground, saga: &SagaId, planned: bool, at: Option<&str>) {
    if let Some(at) = at {
        approved(ground, saga, planned).await;
        loop {
            let view = ground.view(saga).await;
            let index = view.plan.stages.iter().position(|stage| stage.name == at).expect("it has the stage");
            if view.state.entered_at(index).is_some() {
                break;
            }
            assert!(view.state.finished().is_none(), "it ended before {at}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    match abort(&ground.operator, saga, "ann", "a test").await {
        // A refusal means that the saga has just ended.
        Ok(()) | Err(StoreError::Refused(_)) => {}
        Err(other) => panic!("{other}"),
    }
    let early = at.is_none_or(|at| EARLY.contains(&at));
    let ended = ends(ground, saga).await;
    assert!(ended == Outcome::Aborted || !early, "{at:?}: {ended:?}");
    // The pair is released together with the saga.
    ground.admission(5).await;
}

/// Carries out the remedies that the status names, until the work runs.
async fn mended(ground: &Ground, told: &PairStatus, planned: bool) {
    let aborted = told.work.aborted().expect("it names what is to be mended");
    for mend in aborted.mends() {
        match mend {
            Mend::Guard => {
                let head = pair_head(&ground.operator).await.expect("the store answers");
                let found = guard(&ground.operator, head, SignedDuration::ZERO).await.expect("the store answers");
                if let Guarded::Round { saga, .. } = found {
                    assert_eq!(ends(ground, &saga).await, Outcome::Completed);
                    ground.admission(5).await;
                }
            }
            Mend::Failback => {
                let saga = ordered(ground, Operation::Failback, true).await;
                // Before the approval nothing has changed.
                assert_eq!(status(ground).await.work, told.work);
                approved(ground, &saga, true).await;
                assert_eq!(ends(ground, &saga).await, Outcome::Completed);
                ground.admission(5).await;
            }
            Mend::Again => panic!("nothing here leaves the standby but a failback: planned {planned}"),
        }
    }
}

/// Checks that the status agrees with the workspaces.
async fn is_true(ground: &Ground, told: &PairStatus, on: &BTreeSet<String>, when: &str) {
    let there = jobs_on(ground, told.pair.active).await;
    match &told.work {
        Work::Works { side, .. } => {
            assert_eq!((*side, &there), (told.pair.active, on), "{when}: it is said to work");
        }
        Work::Stopped { by, .. } => {
            assert!(by.fences && &there != on || by.fenced == 0, "{when}: it is said to be stopped: {by:?}");
        }
        Work::Moving { .. } | Work::Unknown { .. } | Work::Unrecorded => panic!("{when}: {:?}", told.work),
    }
    // If the work does not run, the status must say so.
    assert!(&there == on || told.work.needs_a_person(), "{when}: {:?} while {there:?} are on", told.work);
}

/// The stages at which a saga is aborted. `None` stands for the question.
const STAGES: [Option<&str>; 9] = [
    None,
    Some(stage::FREEZE),
    Some(stage::FENCE),
    Some(stage::STOP_COMPUTE),
    Some(stage::CONFIRM),
    Some(stage::COMPUTE),
    Some(stage::SCHEDULES),
    Some(stage::REPOINT),
    Some(stage::VALIDATE_AGAIN),
];

/// Stages that have work to do after them.
const EARLY: [&str; 5] = [stage::FREEZE, stage::FENCE, stage::STOP_COMPUTE, stage::CONFIRM, stage::COMPUTE];

/// Aborts a failover or a promotion at each stage, and brings the work back each time.
fn every_stage_of(operation: Operation, planned: bool) {
    perform(slow(planned), async |ground: &Ground| {
        capture(&ground.operator, Side::Primary).await.expect("the primary can be captured");
        let on = jobs_on(ground, Side::Primary).await;
        assert!(!on.is_empty());
        let (mut works, mut stopped) = (0, 0);
        for at in STAGES {
            let when = format!("{operation}, planned {planned}, aborted at {at:?}");
            let saga = ordered(ground, operation, planned).await;
            aborted_at(ground, &saga, planned, at).await;
            let told = status(ground).await;
            is_true(ground, &told, &on, &when).await;
            if told.work.needs_a_person() {
                stopped += 1;
                mended(ground, &told, planned).await;
            } else {
                works += 1;
            }
            if told.pair.active == Side::Standby {
                let home = ordered(ground, Operation::Failback, true).await;
                approved(ground, &home, true).await;
                assert_eq!(ends(ground, &home).await, Outcome::Completed, "{when}");
                ground.admission(5).await;
            }
            let told = status(ground).await;
            assert_eq!(told.work, Work::Works { side: Side::Primary, left_frozen: None }, "{when}");
            is_true(ground, &told, &on, &when).await;
        }
        assert!(works >= 2 && stopped >= 4, "{works} worked on, {stopped} were stopped");
    });
}

#[test]
fn a_failover_that_is_aborted_at_any_stage_is_told_and_mended_s31() {
    every_stage_of(Operation::Failover, true);
}

#[test]
fn an_unplanned_one_too_s31() {
    every_stage_of(Operation::Failover, false);
}

#[test]
fn a_promotion_that_is_aborted_at_any_stage_is_told_and_mended_s31() {
    every_stage_of(Operation::Promotion, true);
}

#[test]
fn a_failback_that_is_aborted_at_any_stage_is_told_and_mended_s31() {
    perform(slow(true), async |ground: &Ground| {
        capture(&ground.operator, Side::Primary).await.expect("the primary can be captured");
        let on = jobs_on(ground, Side::Primary).await;
        let mut stopped = 0;
        for at in STAGES {
            let out = ordered(ground, Operation::Failover, true).await;
            approved(ground, &out, true).await;
            assert_eq!(ends(ground, &out).await, Outcome::Completed);
            ground.admission(5).await;
            let when = format!("a failback, aborted at {at:?}");
            let home = ordered(ground, Operation::Failback, true).await;
            aborted_at(ground, &home, true, at).await;
            let told = status(ground).await;
            is_true(ground, &told, &on, &when).await;
            if told.work.needs_a_person() {
                stopped += 1;
                mended(ground, &told, true).await;
            } else if told.pair.active == Side::Standby {
                let home = ordered(ground, Operation::Failback, true).await;
                approved(ground, &home, true).await;
                assert_eq!(ends(ground, &home).await, Outcome::Completed, "{when}");
                ground.admission(5).await;
            }
            let told = status(ground).await;
            assert_eq!(told.work, Work::Works { side: Side::Primary, left_frozen: None }, "{when}");
            is_true(ground, &told, &on, &when).await;
        }
        assert!(stopped >= 4, "{stopped} were stopped");
    });
}
