//! Checks L7 and L8: a stop that is accepted and never ends, and compute that is started again while it is stopped.

use std::sync::PoisonError;
use std::time::Duration;

use engine::controls::{Ordered, order};
use engine::ports::{Control, SagaStatus};
use failover::Role;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::Phase;
use saga::{Outcome, SagaId, StepId, StepState};
use sim::Delays;
use tests::pair::{Ground, Seen, Setup, perform};
use tests::quick::quick;

/// In milliseconds: longer than any test lasts.
const NEVER: (i64, i64) = (1_000_000_000, 1_000_000_000);

/// Kinds whose stop never ends, each with the delays that cause this.
fn endless() -> [(&'static str, Delays); 4] {
    [
        ("job", Delays { run_stop_ms: NEVER, ..quick() }),
        ("cluster", Delays { cluster_stop_ms: NEVER, ..quick() }),
        ("sql_warehouse", Delays { warehouse_stop_ms: NEVER, ..quick() }),
        ("pipeline", Delays { pipeline_stop_ms: NEVER, ..quick() }),
    ]
}

/// Time at which the first call that changes something reached a side.
fn first_call(seen: &[Seen], side: &str) -> Option<Timestamp> {
    let is_call = |it: &&Seen| {
        let what = &it.crossing.what;
        it.crossing.phase == Phase::Before
            && what.starts_with(side)
            && !what.contains(" GET ")
            && !what.contains("/oidc/")
    };
    seen.iter().find(is_call).map(|it| it.at)
}

/// The waiting steps of the leaving side, with their kinds.
async fn waiting(ground: &Ground, saga: &SagaId) -> Vec<(StepId, String)> {
    let view = ground.view(saga).await;
    let leaving = view.plan.steps().filter(|(_, step)| step.place == Role::Leaving.as_str());
    let waits = leaving.filter(|(id, _)| view.state.step(*id).is_some_and(|r| r.state == StepState::Waiting));
    waits.map(|(id, step)| (id, step.kind.clone())).collect()
}

#[test]
fn a_stop_that_never_ends_keeps_nothing_on_the_target_waiting_l7() {
    for (kind, delays) in endless() {
        let setup = Setup { planned: false, delays, ..Setup::default() };
        perform(setup, async |ground: &Ground| {
            let saga = ground.begin().await;
            let approved = ground.clock.now();
            ground.admission(60).await;
            let first = first_call(&ground.seen(), "standby");
            let after = first.map(|at| at.duration_since(approved));
            assert!(after.is_some_and(|after| after <= SignedDuration::from_secs(30)), "{kind}: {after:?}");
            while ground.head(&saga).await.status != SagaStatus::Pursuing {
                ground.admission(5).await;
            }
            let waits = waiting(ground, &saga).await;
            assert!(waits.iter().any(|(_, of)| of == kind), "{kind}: {waits:?}");
        });
    }
}

#[test]
fn a_person_ends_the_pursuit_of_what_never_ends_and_may_retry_or_waive_it() {
    let setup = Setup { planned: false, delays: Delays { run_stop_ms: NEVER, ..quick() }, ..Setup::default() };
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        // The first outcome of the step is on record while the forward part is still open.
        let step = loop {
            if let Some((step, _)) = waiting(ground, &saga).await.into_iter().find(|(_, kind)| kind == "job") {
                break step;
            }
            ground.admission(1).await;
        };
        assert_ne!(ground.head(&saga).await.status, SagaStatus::Pursuing);
        let approval_requests = async |control| {
            let patience = SignedDuration::from_secs(120);
            order(&ground.operator, &saga, control, "ann", "the vendor calls", patience).await.expect("it is recorded")
        };
        assert_eq!(approval_requests(Control::Retry { step }).await, Ordered::Taken);
        assert_eq!(approval_requests(Control::EndPursuit { step: Some(step) }).await, Ordered::Taken);
        while ground.head(&saga).await.status == SagaStatus::Running {
            ground.admission(5).await;
        }
        // The sweep over the work that still runs is left. A person may waive it, too.
        for (step, _) in waiting(ground, &saga).await {
            assert_eq!(approval_requests(Control::Waive { step }).await, Ordered::Taken);
        }
        ground.admission(60).await;
        assert_eq!(ground.head(&saga).await.status, SagaStatus::Finished(Outcome::Completed));
        let view = ground.view(&saga).await;
        let note = view.state.step(step).map(|record| record.note.clone()).unwrap_or_default();
        assert!(note.contains("pursuit ended: the vendor calls"), "{note}");
    });
}

/// A cluster is used again right after it was terminated. The same attempt terminates it again, or the next one
/// within the pursuit interval.
#[test]
fn compute_that_is_started_again_while_it_is_stopped_is_stopped_again_at_once() {
    for planned in [true, false] {
        let delays = Delays { cluster_stop_ms: (7_000, 7_000), ..quick() };
        let setup = Setup { planned, delays, ..Setup::default() };
        let (restarted, again) = perform(setup, async |ground: &Ground| {
            ground.begin().await;
            let path = "primary POST /api/2.1/clusters/delete";
            let calls = |ground: &Ground| -> Vec<Timestamp> {
                let seen = ground.seen();
                let is = |it: &&Seen| it.crossing.phase == Phase::Before && it.crossing.what == path;
                seen.iter().filter(is).map(|it| it.at).collect()
            };
            while calls(ground).is_empty() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let before = calls(ground).len();
            ground.admission(8).await;
            let now = ground.clock.now();
            {
                let mut world = ground.stack.world().lock().unwrap_or_else(PoisonError::into_inner);
                let running = world.export(sim::Side::Primary);
                let clusters = running["clusters"].as_array().cloned().unwrap_or_default();
                for id in clusters.iter().filter_map(|cluster| cluster["cluster_id"].as_str()) {
                    world.use_cluster(now.as_millisecond(), sim::Side::Primary, id);
                }
            }
            ground.admission(70).await;
            (now, calls(ground).into_iter().skip(before).find(|at| *at > now))
        });
        let after = again.map(|at| at.duration_since(restarted));
        assert!(after.is_some_and(|after| after <= SignedDuration::from_secs(20)), "planned {planned}: {after:?}");
    }
}
