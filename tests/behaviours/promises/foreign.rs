//! Checks that a plan of another shape stops every use case. Nobody guesses which sides it is about.

use engine::capture::capture;
use engine::dry_run::{DryRunError, dry_run};
use engine::keys::plan_key;
use engine::ports::{ControlCount, PairHead, STORE_VERSION, SagaHead, SagaStatus, StoreError};
use engine::runner::{RunnerError, drive};
use engine::start::{Draft, OrderError, StartError, start};
use engine::view::view;
use failover::{Clocks, PlanningError, Side};
use jiff::Timestamp;
use saga::{Plan, PlanError, SagaId};
use serde_json::json;
use tests::pair::{Ground, Setup, perform};

/// A sound plan of a failover, except that it says in other words which sides it is about.
async fn foreign(ground: &Ground) -> Draft {
    capture(&ground.operator, Side::Primary).await.expect("the primary can be captured");
    let drafted = ground.drafted().await;
    let plan = Plan { about: json!({ "from": "standby", "to": "primary" }), ..drafted.plan };
    let (bytes, hash) = plan.freeze().expect("it can be written");
    Draft { plan, bytes: bytes.into(), hash, ..drafted }
}

/// Records such a plan as the pair's saga, as another version of this program would.
async fn recorded(ground: &Ground, foreign: &Draft) -> SagaId {
    let (deps, saga) = (&ground.operator, foreign.plan.saga.clone());
    deps.objects.put_new(&plan_key(&saga), foreign.bytes.clone()).await.expect("the store answers");
    let head = SagaHead {
        version: STORE_VERSION,
        saga: saga.clone(),
        pair: deps.pair.name.clone(),
        kind: foreign.plan.kind.clone(),
        plan: foreign.hash.clone(),
        by: "on-call".to_owned(),
        status: SagaStatus::Running,
        epoch: 0,
        owner: String::new(),
        lease_until: Timestamp::UNIX_EPOCH,
        next_at: None,
        abort_by: None,
        abort_why: None,
        controls: ControlCount::default(),
        tally: saga::State::new(&foreign.plan).tally(),
        clocks: Clocks::default(),
    };
    deps.sagas.create(&head).await.expect("the store answers");
    let pair = ground.pair().await;
    let pair = PairHead { saga: Some(saga.clone()), revision: pair.revision + 1, ..pair };
    deps.pairs.put_pair(&pair).await.expect("the store answers");
    saga
}

/// The requests so far of every function to the two workspaces.
fn requests(ground: &Ground) -> usize {
    let of_workspace = |what: &str| what.starts_with("primary") || what.starts_with("standby");
    ground.seen().iter().filter(|seen| of_workspace(&seen.crossing.what)).count()
}

#[test]
fn a_plan_whose_about_has_another_shape_is_not_driven_and_nothing_is_called() {
    perform(Setup::default(), async |ground: &Ground| {
        let foreign = foreign(ground).await;
        let saga = recorded(ground, &foreign).await;
        let before = (requests(ground), ground.stack.changing_calls());
        let stopped = drive(&ground.operator, &saga, "a runner").await.expect_err("it cannot be read");
        assert!(
            matches!(&stopped, RunnerError::Plan(PlanError::Foreign { saga: named, .. }) if *named == saga),
            "{stopped}"
        );
        let message = stopped.to_string();
        assert!(
            message.contains(&saga.0) && message.contains("Use the version of Switchback that made the plan"),
            "{message}"
        );
        // The ticks try it, too.
        ground.admission(200).await;
        assert_eq!((requests(ground), ground.stack.changing_calls()), before);
        assert_eq!(ground.head(&saga).await.tally, saga::State::new(&foreign.plan).tally());
        assert_eq!(ground.pair().await.saga, Some(saga));
    });
}

#[test]
fn a_plan_whose_about_has_another_shape_is_neither_begun_nor_dry_run_nor_shown() {
    perform(Setup::default(), async |ground: &Ground| {
        let foreign = foreign(ground).await;
        let refused = start(&ground.operator, &ground.order(), &foreign).await.expect_err("it cannot be read");
        let is_foreign =
            matches!(&refused, StartError::Refused(OrderError::Plan(PlanningError::Plan(PlanError::Foreign { .. }))));
        assert!(is_foreign, "{refused}");
        assert_eq!(ground.pair().await.saga, None, "no pair is taken for it");
        let refused = dry_run(&ground.operator, &foreign.plan).await.expect_err("it cannot be read");
        assert!(matches!(refused, DryRunError::Plan(PlanError::Foreign { .. })), "{refused}");
        let saga = recorded(ground, &foreign).await;
        let refused = view(&ground.operator, Some(&saga)).await.expect_err("it cannot be read");
        assert!(matches!(refused, StoreError::Broken(_)), "{refused}");
    });
}
