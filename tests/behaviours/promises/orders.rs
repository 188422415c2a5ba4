//! Checks S1 when the person's own process dies while it orders or answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::approvals::{AnswerError, answer, at_terminal};
use engine::capture::{CaptureError, capture};
use engine::ports::SagaStatus;
use engine::start::{OrderError, StartError, draft, start};
use engine::wake::abort;
use failover::Side;
use failover::plan::{GO, stage};
use local::stack::sabotage::{Boundaries, InjectedFault};
use saga::{Outcome, Plan, SagaId};
use tests::pair::{Ground, Setup, perform};

/// Boundaries at which the nth crossing kills the process. The number of crossings is counted in `crossed`.
fn dying_at(nth: u64, crossed: &Arc<AtomicU64>) -> Arc<Boundaries> {
    let crossed = Arc::clone(crossed);
    Boundaries::sabotaged(Arc::new(move |crossing| {
        crossed.store(crossing.number, Ordering::SeqCst);
        if crossing.number == nth { InjectedFault::Kill } else { InjectedFault::Nothing }
    }))
}

/// S1: an order dies and leaves a saga or none. Then the next order starts the only saga, or its refusal names the one
/// there is. That saga asks its question and can be answered.
#[test]
fn an_order_that_dies_anywhere_leaves_one_saga_or_none() {
    let (mut nth, mut left) = (1, [0, 0]);
    while let Some(taken) = perform(Setup::default(), async |ground: &Ground| order_dying_at(ground, nth).await) {
        left[usize::from(taken)] += 1;
        nth += 1;
    }
    println!("an order dies at {} boundaries: {} leave no saga, {} leave one", nth - 1, left[0], left[1]);
    assert!(left[0] > 0 && left[1] > 0, "{left:?}");
}

/// Whether the order that died at its nth boundary left a saga. `None` if it has no nth boundary.
async fn order_dying_at(ground: &Ground, nth: u64) -> Option<bool> {
    let crossed = Arc::default();
    let (process, dying) = ground.stack.operator_at(dying_at(nth, &crossed));
    let order = ground.order();
    let ordered = async {
        let drafted = draft(&dying, &order).await.expect("a plan can be made");
        start(&dying, &order, &drafted).await.expect("a saga can be started")
    };
    tokio::select! {
        biased;
        () = process.died() => {}
        _ = ordered => return None,
    }
    ground.admission(2).await;
    let again = match draft(&ground.operator, &ground.order()).await {
        Ok(drafted) => start(&ground.operator, &ground.order(), &drafted).await,
        Err(refused) => Err(refused),
    };
    let (saga, taken) = match again {
        Ok(saga) => (saga, false),
        Err(StartError::Refused(OrderError::AnotherSaga { saga, .. })) => (saga, true),
        Err(other) => unreachable!("died at {nth}: {other}"),
    };
    // A tick at the latest asks the question that the order did not ask.
    ground.admission(65).await;
    ground.asserts(&saga, "on-call", true, false).await.expect("its question is open");
    ground.admission(5).await;
    assert_eq!(named(ground).await, Some(saga.clone()), "died at {nth}");
    assert!(ground.view(&saga).await.state.approval(GO).is_some(), "died at {nth}: {saga} did not begin");
    Some(taken)
}

/// The saga that the pair names.
async fn named(ground: &Ground) -> Option<SagaId> {
    let pair = &ground.operator.pair.name;
    ground.operator.pairs.pair(pair).await.expect("the store answers").and_then(|pair| pair.saga)
}

/// S1, L1: an answer that dies anywhere was given, or it can be given again. The next tick at the latest uses it.
#[test]
fn an_answer_that_dies_anywhere_is_used_once_or_can_be_given_again() {
    let (mut nth, mut left) = (1, [0, 0]);
    while let Some(given) = perform(Setup::default(), async |ground: &Ground| answer_dying_at(ground, nth).await) {
        left[usize::from(given)] += 1;
        nth += 1;
    }
    println!("an answer dies at {} boundaries: {} were not given, {} were", nth - 1, left[0], left[1]);
    assert!(left[0] > 0 && left[1] > 0, "{left:?}");
}

/// Whether the answer that died at its nth boundary was given. `None` if it has no nth boundary.
async fn answer_dying_at(ground: &Ground, nth: u64) -> Option<bool> {
    let drafted = ground.drafted().await;
    let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
    // After this time the runner has given its lease back and only waits.
    ground.admission(200).await;
    assert_eq!(ground.head(&saga).await.status, SagaStatus::Asking);
    let crossed = Arc::default();
    let (process, dying) = ground.stack.operator_at(dying_at(nth, &crossed));
    let on_call = at_terminal(&dying, "on-call", None).expect("no approver is configured");
    tokio::select! {
        biased;
        () = process.died() => {}
        _ = answer(&dying, &saga, GO, &on_call, true, false) => return None,
    }
    let given = match ground.asserts(&saga, "somebody else", true, false).await {
        Ok(_) => false,
        Err(AnswerError::Answered(_)) => true,
        Err(other) => unreachable!("died at {nth}: {other}"),
    };
    ground.admission(65).await;
    let view = ground.view(&saga).await;
    let by = view.state.approval(GO).map(|approval| approval.by.clone());
    assert_eq!(by.as_deref(), Some(if given { "on-call" } else { "somebody else" }), "died at {nth}");
    Some(given)
}

/// The work that was active before an aborted saga is moved by the next one, though none of it is active any more. No
/// capture in between forgets it (S15 the other way round).
#[test]
fn what_an_aborted_saga_has_fenced_is_moved_by_the_next_one() {
    perform(Setup::default(), async |ground: &Ground| {
        let saga = ground.begin().await;
        let first = ground.view(&saga).await.plan;
        let fenced = |view: &engine::view::View| view.plan.stages.iter().position(|s| s.name == stage::SWEEP);
        while !ground.view(&saga).await.state.is_verified(fenced(&ground.view(&saga).await).expect("a sweep")) {
            ground.admission(1).await;
        }
        abort(&ground.operator, &saga, "on-call").await.expect("it can be aborted");
        ground.admission(120).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Finished(Outcome::Aborted));
        let refused = capture(&ground.operator, Side::Primary).await.expect_err("it is half fenced");
        assert_eq!(refused, CaptureError::Fenced(Side::Primary));
        let again = ground.drafted().await.plan;
        let starts = |plan: &Plan| {
            let on_target = plan.steps().filter(|(_, step)| step.place == "target");
            on_target.map(|(_, step)| (step.kind.clone(), step.resource.clone(), step.want.clone())).collect::<Vec<_>>()
        };
        assert!(starts(&first).len() > 4, "{:?}", starts(&first));
        assert_eq!(starts(&again), starts(&first));
    });
}
