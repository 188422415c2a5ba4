//! Tests the promises of single actions on the account.

use databricks::codes;
use engine::ports::Actions;
use failover::Side;
use failover::action::ShownLoss;
use failover::plan::want;
use jiff::Timestamp;
use saga::Reaction;
use serde_json::{Value, json};
use sim::{FaultKind, PRIMARY_REGION, STANDBY_REGION};

use crate::bench::{Bench, START_MS, shown, step};
use crate::sides;

/// The settings for a recovery of the simulated group.
pub(crate) fn recovery(objective_seconds: u32) -> Value {
    json!({
        "group": sim::FAILOVER_GROUP,
        "primary_region": PRIMARY_REGION,
        "standby_region": STANDBY_REGION,
        "objective_seconds": objective_seconds,
    })
}

fn recovered(side: Side, objective_seconds: u32) -> saga::Step {
    step("managed_recovery", side, want::RECOVERED, recovery(objective_seconds))
}

fn url(id: &str) -> saga::Step {
    step("stable_url", Side::Standby, want::SWITCHED, json!({ "stable_url": id, "workspace_ids": sides() }))
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

#[tokio::test]
async fn a_group_is_moved_once_and_back_and_already_there_is_done() {
    let bench = Bench::new();
    let (told, faults) = bench.drive(&recovered(Side::Standby, 600)).await.unwrap();
    assert!(told.contains(STANDBY_REGION) && faults > 0, "{told}, {faults} faults while it failed over");
    assert_eq!(bench.effects(), 1);
    bench.drive(&recovered(Side::Standby, 0)).await.unwrap();
    assert_eq!(bench.effects(), 1, "already there, however far behind");
    bench.drive(&recovered(Side::Primary, 600)).await.unwrap();
    assert_eq!(bench.effects(), 2);
}

#[tokio::test]
async fn a_group_that_is_too_far_behind_moves_only_with_the_loss_approved_s11() {
    let bench = Bench::new();
    let lag_ms = sim::Account::usual_lag_s() * 1_000;
    bench.world().account().replication_stands_still(START_MS);
    bench.clock.pass_ms(3_600_000);
    let refused = bench.drive(&recovered(Side::Standby, 60)).await.unwrap_err();
    assert_eq!((refused.code.clone(), refused.reaction), (codes::RECOVERY_LAGS, Reaction::PersonNeeded));
    assert!(refused.message.contains("errors hold it back"), "{refused}");
    assert_eq!(bench.effects(), 0);
    let approved = |synced_at| {
        let shown_loss = ShownLoss { synced_at: Some(synced_at), loss_s: Some(3_645), objective_s: 60 };
        shown("managed_recovery", Side::Standby, want::RECOVERED, recovery(60), Some(shown_loss))
    };
    let better = bench.drive(&approved(at(START_MS))).await.unwrap_err();
    assert_eq!(better.code, codes::RECOVERY_LAGS, "a worse loss than was shown");
    bench.drive(&approved(at(START_MS - lag_ms))).await.unwrap();
    assert_eq!(bench.effects(), 1);
}

#[tokio::test]
async fn the_etag_is_always_sent_and_a_lost_reply_fails_over_once() {
    let bench = Bench::new();
    bench.trouble(&FaultKind::ReplyLost { nth: Some(1), probability: 0.0 }, "recovery.failover");
    bench.drive(&recovered(Side::Standby, 600)).await.unwrap();
    let asked = bench.sent().iter().filter(|sent| sent.starts_with("POST") && sent.ends_with("/failover")).count();
    assert_eq!(asked, 1, "what was in doubt was looked at before anything else");
    let bodies = bench.bodies("/failover");
    let expected = json!({ "target_primary_region": STANDBY_REGION, "failover_type": "FORCED", "etag": "edition-1" });
    assert_eq!(bodies, [expected]);
}

#[tokio::test]
async fn a_failover_that_failed_is_not_asked_for_again() {
    let bench = Bench::new();
    bench.world().account().next_failover_fails();
    let failed = bench.drive(&recovered(Side::Standby, 600)).await.unwrap_err();
    assert_eq!((failed.code, failed.reaction), (codes::RECOVERY_FAILED, Reaction::PersonNeeded));
    let again = bench.drive(&recovered(Side::Standby, 600)).await.unwrap_err();
    assert_eq!((again.code, bench.effects()), (codes::RECOVERY_FAILED, 1));
}

#[tokio::test]
async fn the_replication_point_is_told_for_a_plan() {
    let bench = Bench::new();
    let told = bench.account.synced_at("managed_recovery", &recovery(60), &bench.admission).await.unwrap();
    let lag = at(bench.clock.now_ms()).duration_since(told).as_secs();
    assert!((sim::Account::usual_lag_s()..sim::Account::usual_lag_s() + 5).contains(&lag), "{lag}");
    let none = bench.account.synced_at("network_policy", &json!({}), &bench.admission).await.unwrap_err();
    assert_eq!(none.reaction, Reaction::PersonNeeded);
}

#[tokio::test]
async fn a_stable_url_follows_its_group_and_one_without_needs_a_person() {
    let bench = Bench::new();
    let loose = bench.drive(&url(sim::LOOSE_URL)).await.unwrap_err();
    assert_eq!(loose.code, codes::STABLE_URL_ELSEWHERE);
    assert!(loose.message.contains("attached to no failover group"), "{loose}");
    let early = bench.drive(&url(sim::ATTACHED_URL)).await.unwrap_err();
    assert_eq!(early.code, codes::STABLE_URL_ELSEWHERE);
    assert!(early.message.contains(sim::FAILOVER_GROUP), "{early}");
    let moving = bench.attempt(&recovered(Side::Standby, 600)).await.unwrap_err();
    assert!(matches!(moving.reaction, Reaction::Again { .. }), "{moving}");
    let waits = bench.attempt(&url(sim::ATTACHED_URL)).await.unwrap_err();
    assert!(matches!(waits.reaction, Reaction::Again { .. }), "{waits}");
    let (told, _) = bench.drive(&url(sim::ATTACHED_URL)).await.unwrap();
    assert!(told.contains("leads to workspace 7011"), "{told}");
}

#[tokio::test]
async fn another_account_has_nothing_and_the_message_says_which() {
    let bench = Bench::in_account("b0000000");
    let fault = bench.drive(&url(sim::ATTACHED_URL)).await.unwrap_err();
    assert_eq!(fault.reaction, Reaction::PersonNeeded, "{fault}");
}

#[tokio::test]
async fn cutting_off_replaces_any_policy_and_lifting_leaves_somebody_elses() {
    let bench = Bench::new();
    let settings = json!({
        "workspace_ids": sides(),
        "cut_off_policy": sim::CUT_OFF_POLICY,
        "usual_policy": sim::USUAL_POLICY,
    });
    let fence = |cut_off: &str, want: &str| {
        let mut settings = settings.clone();
        settings["cut_off_policy"] = json!(cut_off);
        step("network_policy", Side::Primary, want, settings)
    };
    let (told, _) = bench.drive(&fence("somebody-elses", want::CUT_OFF)).await.unwrap();
    assert!(told.contains("it had default-policy"), "{told}");
    let effects = bench.effects();
    let (told, _) = bench.drive(&fence(sim::CUT_OFF_POLICY, want::LIFTED)).await.unwrap();
    assert!(told.contains("somebody-elses") && bench.effects() == effects, "{told}");
    bench.drive(&fence(sim::CUT_OFF_POLICY, want::CUT_OFF)).await.unwrap();
    let (told, _) = bench.drive(&fence(sim::CUT_OFF_POLICY, want::LIFTED)).await.unwrap();
    assert!(told.contains(sim::USUAL_POLICY), "{told}");
}

#[tokio::test]
async fn the_work_loses_its_place_on_one_side_and_switchback_never_its_own() {
    let bench = Bench::new();
    let of = |principal: i64, want: &str| {
        let settings = json!({ "workspace_ids": sides(), "principal_id": principal });
        step("principal_assignment", Side::Standby, want, settings)
    };
    let sign_in = {
        let settings = json!({ "client_id": sim::WORK_CLIENT_ID, "client_secret": { "env": "WORK_SECRET" } });
        step("sign_in", Side::Standby, want::PROVED, settings)
    };
    bench.drive(&of(sim::WORK_PRINCIPAL_ID, want::CUT_OFF)).await.unwrap();
    let refused = bench.drive(&sign_in).await.unwrap_err();
    assert_eq!(refused.code, codes::NOT_SIGNED_IN);
    bench.drive(&of(sim::WORK_PRINCIPAL_ID, want::LIFTED)).await.unwrap();
    bench.drive(&sign_in).await.unwrap();
    let lift = |permissions: Value| {
        let settings =
            json!({ "workspace_ids": sides(), "principal_id": sim::WORK_PRINCIPAL_ID, "permissions": permissions });
        step("principal_assignment", Side::Standby, want::LIFTED, settings)
    };
    let (told, _) = bench.drive(&lift(json!(["USER", "ADMIN"]))).await.unwrap();
    assert!(told.contains("ADMIN in workspace 7011"), "{told}");
    let effects = bench.effects();
    let (told, _) = bench.drive(&lift(json!(["USER"]))).await.unwrap();
    assert!(told.contains("ADMIN") && bench.effects() == effects, "nobody's place is lowered: {told}");
    let own = bench.drive(&of(sim::PRINCIPAL_ID, want::CUT_OFF)).await.unwrap_err();
    assert_eq!((own.code, own.reaction), (codes::OWN_PRINCIPAL, Reaction::PersonNeeded));
    assert_eq!(bench.effects(), effects);
}
