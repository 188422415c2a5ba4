//! Checks L3 and S32: a side that is taken for lost refuses, or asks for a pause, and is fenced all the same.

use engine::guard::{Guarded, guard};
use engine::pair::pair_head;
use engine::ports::SagaStatus;
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::Phase;
use saga::{Outcome, SagaId, StepState};
use sim::{Fault, FaultKind, Side};
use tests::pair::{Ground, Seen, Setup, perform};
use tests::parts::BEGINS;

/// The refusals by which a side in trouble may answer everything for a while.
fn refusals() -> [FaultKind; 4] {
    let refused = |status, code, message| FaultKind::Refused { status, code, message, retry_after_s: None };
    [
        refused(403, "403", "Invalid access token."),
        refused(401, "UNAUTHENTICATED", "Request to authenticate the user failed"),
        refused(
            403,
            "PERMISSION_DENIED",
            "Source IP address: 192.0.2.7 is blocked by Databricks IP ACL for workspace: 1000000000000001",
        ),
        refused(400, "BAD_REQUEST", "Unable to evaluate permissions at this time"),
    ]
}

fn begins() -> Timestamp {
    BEGINS.parse().expect("a time")
}

/// Requests that reached the primary after a moment.
fn to_primary_after(seen: &[Seen], after: Timestamp) -> Vec<Timestamp> {
    let is = |it: &&Seen| it.crossing.phase == Phase::Before && it.crossing.what.starts_with("primary ");
    seen.iter().filter(is).map(|it| it.at).filter(|at| *at > after).collect()
}

async fn finishes(ground: &Ground, saga: &SagaId, seconds: u64) -> bool {
    for _ in 0..seconds {
        if ground.head(saga).await.status == SagaStatus::Finished(Outcome::Completed) {
            return true;
        }
        ground.admission(1).await;
    }
    false
}

#[test]
fn a_lost_side_that_refuses_for_a_while_is_fenced_when_it_heals_l3() {
    // This is longer than the move of the work, and than the pause after which a person's help is asked for.
    let heals = begins() + SignedDuration::from_mins(20);
    for kind in refusals() {
        let told = format!("{kind:?}");
        let fault = Fault::new(Side::Primary, begins().as_millisecond() + 3_000, kind).until(heals.as_millisecond());
        let setup = Setup { planned: false, faults: vec![fault], ..Setup::default() };
        perform(setup, async |ground: &Ground| {
            let saga = ground.begin().await;
            ground.admission(18 * 60).await;
            let refused = to_primary_after(&ground.seen(), begins() + SignedDuration::from_mins(10));
            let gaps = refused.windows(2).map(|pair| pair[1].duration_since(pair[0])).max();
            let interval = ground.operator.settings.pursuit_interval + SignedDuration::from_secs(3);
            assert!(gaps.is_some_and(|gap| gap <= interval), "{told}: {gaps:?}");
            assert!(finishes(ground, &saga, 300).await, "{told}: {:?}", ground.head(&saga).await);
            let ended = ground.view(&saga).await.lines.last().map(|line| line.at).expect("a line");
            let after = ended.duration_since(heals);
            assert!(after <= SignedDuration::from_secs(150), "{told}: fenced {after:#} after it healed");
        });
    }
}

#[test]
fn a_retry_after_of_hours_holds_no_pursuit_up_l3() {
    for (status, code) in [(503, "TEMPORARILY_UNAVAILABLE"), (429, "REQUEST_LIMIT_EXCEEDED")] {
        let kind = FaultKind::Refused { status, code, message: "come back later", retry_after_s: Some(7200) };
        let from = begins().as_millisecond() + 3_000;
        let fault = Fault::new(Side::Primary, from, kind).until(from + 30_000);
        perform(Setup { planned: false, faults: vec![fault], ..Setup::default() }, async |ground: &Ground| {
            let saga = ground.begin().await;
            assert!(finishes(ground, &saga, 400).await, "{status}: {:?}", ground.head(&saga).await);
        });
    }
}

#[test]
fn a_retry_after_of_hours_holds_a_planned_saga_up_for_a_minute_at_most() {
    let kind = FaultKind::Refused {
        status: 503,
        code: "TEMPORARILY_UNAVAILABLE",
        message: "come back later",
        retry_after_s: Some(7200),
    };
    for side in Side::BOTH {
        let from = begins().as_millisecond() + 3_000;
        let fault = Fault::new(side, from, kind.clone()).until(from + 30_000);
        perform(Setup { faults: vec![fault], ..Setup::default() }, async |ground: &Ground| {
            let saga = ground.begin().await;
            assert!(finishes(ground, &saga, 500).await, "{side:?}: {:?}", ground.head(&saga).await);
        });
    }
}

/// The guard does not say that a side is quiet while a saga has it open. It names what is on there, or that it did not
/// read the side.
#[test]
fn the_guard_names_what_it_leaves_to_a_saga_s32() {
    let from = begins().as_millisecond() + 3_000;
    let forbidden = Fault::new(Side::Primary, from, FaultKind::Forbidden { resource: None });
    let faults = vec![forbidden.only("/api/2.0/instance-pools/edit")];
    let setup = Setup { planned: false, faults, ..Setup::default() };
    perform(setup, async |ground: &Ground| {
        let saga = ground.begin().await;
        ground.admission(600).await;
        let view = ground.view(&saga).await;
        let blocked = view.state.steps().filter(|(_, record)| record.state == StepState::Blocked).count();
        assert!(blocked > 0, "{:?}", ground.head(&saga).await);
        let head = pair_head(&ground.operator).await.expect("the store answers");
        match guard(&ground.operator, head, SignedDuration::ZERO).await.expect("the store answers") {
            Guarded::Quiet { unseen, .. } => {
                assert!(unseen.iter().any(|what| what.contains(&saga.to_string())), "{unseen:?}");
            }
            Guarded::LeftToSaga { saga: named, .. } => assert_eq!(named, saga),
            other @ (Guarded::NotDue | Guarded::Round { .. }) => panic!("{other:?}"),
        }
    });
}
