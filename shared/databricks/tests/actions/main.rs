//! Runs one suite over every action of both lists, against the simulated pair and its account, so a new
//! action is tested as soon as it is listed. Other tests prove the promises of single actions.
//!
//! The bench of each test proves S24 at its end: no request that could destroy a resource was sent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod account;
mod bench;
mod foreseen;
mod probes;
mod workspace;

use std::collections::BTreeSet;

use bench::{Bench, step};
use databricks::{ON_ACCOUNT, ON_WORKSPACE, codes};
use engine::codes::UNKNOWN_STEP;
use engine::ports::{ActionInfo, ActionList, Actions};
use failover::Side;
use failover::action::{Purpose, Reach};
use failover::plan::want;
use saga::{Reaction, Step};
use serde_json::{Value, json};
use sim::FaultKind;

fn infos() -> Vec<ActionInfo> {
    ON_WORKSPACE.infos().iter().chain(ON_ACCOUNT.infos()).copied().collect()
}

fn sides() -> Value {
    json!({ "primary": 7010, "standby": "7011" })
}

/// Good settings for each kind.
fn settings(bench: &Bench, kind: &str) -> Value {
    match kind {
        "statement" | "sql_source" => json!({ "warehouse": workspace::warehouse(bench), "statement": "SELECT 7" }),
        "sign_in" => json!({ "client_id": sim::WORK_CLIENT_ID, "client_secret": { "env": "WORK_SECRET" } }),
        "api_call" => json!({ "path": "/api/2.2/jobs/list?limit=1", "expect_member": "jobs" }),
        "permissions" => {
            let id = workspace::warehouse(bench);
            json!({ "objects": [{ "type": "warehouses", "id": id, "principal": "admins", "level": "CAN_USE" }] })
        }
        "canary_job" => json!({ "job": workspace::made_job(bench, "canary") }),
        "ip_access_list" => json!({ "list": "switchback-only" }),
        "network_policy" => json!({
            "workspace_ids": sides(),
            "cut_off_policy": sim::CUT_OFF_POLICY,
            "usual_policy": sim::USUAL_POLICY,
        }),
        "principal_assignment" => json!({ "workspace_ids": sides(), "principal_id": sim::WORK_PRINCIPAL_ID }),
        "managed_recovery" => account::recovery(600),
        "stable_url" => json!({ "stable_url": sim::LOOSE_URL, "workspace_ids": sides() }),
        other => panic!("no settings for {other}: add them"),
    }
}

/// The states that a purpose wants, each with the side of its step.
fn wanted(kind: &str, purpose: Purpose) -> Vec<(&'static str, Side)> {
    match purpose {
        Purpose::Fence => vec![(want::CUT_OFF, Side::Primary), (want::LIFTED, Side::Primary)],
        Purpose::Source => vec![(want::REACHABLE, Side::Standby)],
        Purpose::Recovery => vec![(want::RECOVERED, Side::Standby)],
        // The simulated URL that is attached to no group leads to the primary.
        Purpose::Endpoint => vec![(want::SWITCHED, Side::Primary)],
        Purpose::Validation => vec![(want::PROVED, Side::Standby)],
        Purpose::Dataset | Purpose::Route | Purpose::Channel => {
            panic!("{kind} has a duty that this suite does not know")
        }
    }
}

/// A step of every kind, with the first state that its purpose wants.
fn steps(bench: &Bench) -> Vec<Step> {
    let all = infos().into_iter();
    all.map(|info| {
        let (want, side) = wanted(info.name, info.purpose)[0];
        step(info.name, side, want, settings(bench, info.name))
    })
    .collect()
}

/// Whether a kind only reads, so that it has no effect that could get lost.
fn only_reads(kind: &str) -> bool {
    matches!(kind, "sign_in" | "api_call" | "permissions" | "stable_url")
}

#[test]
fn every_name_is_one_words_and_stands_in_the_list_of_its_reach() {
    let bench = Bench::new();
    let names: BTreeSet<&str> = infos().iter().map(|info| info.name).collect();
    assert_eq!(names.len(), infos().len());
    assert!(bench.on(Side::Primary).actions().iter().all(|info| info.reach == Reach::Workspace));
    assert!(bench.account.actions().iter().all(|info| info.reach == Reach::External));
    assert_eq!(bench.on(Side::Primary).actions().len() + bench.account.actions().len(), names.len());
}

#[tokio::test]
async fn twice_is_as_once() {
    let bench = Bench::new();
    for info in infos() {
        let settings = settings(&bench, info.name);
        for (want, side) in wanted(info.name, info.purpose) {
            let step = step(info.name, side, want, settings.clone());
            let (told, _) = bench.drive(&step).await.unwrap_or_else(|fault| panic!("{} {want}: {fault}", info.name));
            assert!(!told.is_empty());
            let effects = bench.effects();
            bench.drive(&step).await.unwrap();
            // No read shows that a statement was run, and a statement only reads.
            let again = u64::from(matches!(info.name, "statement" | "sql_source"));
            assert_eq!(bench.effects() - effects, again, "{} {want}", info.name);
        }
    }
}

/// S6, S7: the fault shows the doubt, and the next try makes no second effect.
#[tokio::test]
async fn an_effect_whose_reply_is_lost_happens_once() {
    for info in infos().into_iter().filter(|info| !only_reads(info.name)) {
        let bench = Bench::new();
        let settings = settings(&bench, info.name);
        let (want, side) = wanted(info.name, info.purpose)[0];
        let step = step(info.name, side, want, settings);
        let families = ["statements.run", "access_lists.update", "networks.update", "assignments.update"];
        for family in families.into_iter().chain(["recovery.failover", "jobs.run"]) {
            bench.trouble(&FaultKind::ReplyLost { nth: Some(1), probability: 0.0 }, family);
        }
        let fault = bench.attempt(&step).await.unwrap_err();
        assert_eq!((fault.reaction, fault.code), (Reaction::VerifyFirst, codes::DOUBTFUL_ANSWER), "{}", info.name);
        bench.drive(&step).await.unwrap_or_else(|fault| panic!("{}: {fault}", info.name));
        if info.name == "canary_job" {
            assert_eq!(workspace::runs_by_hand(&bench), 1, "one run for one token");
        }
    }
}

#[tokio::test]
async fn throttling_and_errors_delay_the_end_and_prevent_nothing() {
    let bench = Bench::new();
    let steps = steps(&bench);
    bench.trouble(&FaultKind::Throttle { per_second: 3.0 }, "/api/");
    bench.trouble(&FaultKind::Error { status: 503, probability: 0.3 }, "/api/");
    bench.trouble(&FaultKind::ErrorAfter { status: 502, probability: 0.2 }, "/api/");
    let mut faults = 0;
    for step in steps {
        let driven = bench.drive(&step).await;
        faults += driven.unwrap_or_else(|fault| panic!("{}: {fault}", step.kind)).1;
    }
    assert!(faults > 5, "{faults}");
}

#[tokio::test]
async fn what_is_forbidden_needs_a_person() {
    let bench = Bench::new();
    let steps = steps(&bench);
    bench.trouble(&FaultKind::Forbidden { resource: None }, "/api/");
    for step in steps {
        let fault = bench.attempt(&step).await.unwrap_err();
        assert_eq!((fault.code, fault.reaction), (codes::PERMISSION_DENIED, Reaction::PersonNeeded), "{}", step.kind);
    }
}

#[tokio::test]
async fn an_api_that_is_missing_is_no_success_and_cuts_nobody_off() {
    for status in [404, 501] {
        let bench = Bench::new();
        let steps = steps(&bench);
        bench.trouble(&FaultKind::Missing { status }, "/api/");
        for step in steps {
            let fault = bench.attempt(&step).await.unwrap_err();
            let expected = (codes::UNSUPPORTED_HERE, Reaction::PersonNeeded);
            assert_eq!((fault.code, fault.reaction), expected, "{} {status}", step.kind);
        }
    }
}

#[tokio::test]
async fn a_login_page_is_never_taken_for_an_answer() {
    let bench = Bench::new();
    let steps = steps(&bench);
    bench.trouble(&FaultKind::Html200, "/api/");
    for step in steps {
        let fault = bench.attempt(&step).await.unwrap_err();
        assert_eq!(fault.code, codes::LOGIN_PAGE, "{}", step.kind);
        assert!(matches!(fault.reaction, Reaction::Again { .. } | Reaction::VerifyFirst), "{}: {fault}", step.kind);
    }
}

#[tokio::test]
async fn what_does_not_exist_needs_a_person() {
    let bench = Bench::new();
    let missing = [
        ("statement", json!({ "warehouse": "none", "statement": "SELECT 1" })),
        ("sql_source", json!({ "warehouse": "none", "statement": "SELECT 1" })),
        ("api_call", json!({ "path": "/api/2.2/jobs/get?job_id=1" })),
        ("canary_job", json!({ "job": "none" })),
        ("canary_job", json!({ "job": 1 })),
        ("ip_access_list", json!({ "list": "none" })),
        (
            "network_policy",
            json!({ "workspace_ids": { "primary": 1, "standby": 2 }, "cut_off_policy": "a", "usual_policy": "b" }),
        ),
        ("principal_assignment", json!({ "workspace_ids": { "primary": 1, "standby": 2 }, "principal_id": 3 })),
        (
            "managed_recovery",
            json!({ "group": "none", "primary_region": "a", "standby_region": "b", "objective_seconds": 1 }),
        ),
        ("stable_url", json!({ "stable_url": "none", "workspace_ids": sides() })),
    ];
    for (kind, settings) in missing {
        let info = infos().into_iter().find(|info| info.name == kind).unwrap();
        let (want, side) = wanted(kind, info.purpose)[0];
        let fault = bench.attempt(&step(kind, side, want, settings)).await.unwrap_err();
        assert_eq!((fault.code, fault.reaction), (codes::NOT_FOUND, Reaction::PersonNeeded), "{kind}");
    }
}

#[test]
fn wrong_settings_are_refused_with_one_sentence_and_a_remedy() {
    let bench = Bench::new();
    for info in infos() {
        let actions = bench.actions(info.name, Side::Standby);
        let good = settings(&bench, info.name);
        assert_eq!(actions.check(info.name, &good), Ok(()), "{}", info.name);
        let mut more = good.clone();
        more["surplus"] = json!(1);
        let said = actions.check(info.name, &more).unwrap_err();
        assert!(said.contains("`surplus`") && said.ends_with("correct its name or take it out"), "{said}");
        for name in good.as_object().unwrap().keys() {
            let mut less = good.clone();
            less.as_object_mut().unwrap().remove(name);
            if let Err(said) = actions.check(info.name, &less) {
                assert!(said.contains(name.as_str()) && said.contains("action") && !said.contains('\n'), "{said}");
            }
        }
        assert!(actions.check(info.name, &json!("text")).is_err());
    }
    assert!(bench.account.check("statement", &json!({})).unwrap_err().contains("use one of"));
}

#[test]
fn settings_that_could_do_harm_are_refused() {
    let bench = Bench::new();
    let refused = [
        ("statement", json!({ "warehouse": "w", "statement": "DROP TABLE a" }), "only read"),
        ("sql_source", json!({ "warehouse": "", "statement": "SELECT 1" }), "is empty"),
        ("statement", json!({ "warehouse": "w", "statement": "SELECT 1", "expect": [1] }), "no single value"),
        ("sign_in", json!({ "client_id": "a" }), "client_secret is missing"),
        ("sign_in", json!({ "client_secret": { "env": "A" } }), "client_id is missing"),
        ("sign_in", json!({ "client_id": "a", "client_secret": "hunter2" }), "must not stand here"),
        ("api_call", json!({ "path": "/ajax-api/2.0/x" }), "must begin with /api/"),
        ("permissions", json!({ "objects": [] }), "objects is empty"),
        (
            "permissions",
            json!({ "objects": [{ "type": "jobs", "principal": "a", "level": "b" }] }),
            "either an id or a name",
        ),
        (
            "permissions",
            json!({ "objects": [{ "type": "notebooks", "name": "n", "principal": "a", "level": "b" }] }),
            "give the id",
        ),
        (
            "network_policy",
            json!({ "workspace_ids": sides(), "cut_off_policy": "a", "usual_policy": "a" }),
            "prepare two policies",
        ),
        (
            "network_policy",
            json!({ "workspace_ids": { "primary": 1, "standby": 1 }, "cut_off_policy": "a", "usual_policy": "b" }),
            "give each side its own",
        ),
        (
            "principal_assignment",
            json!({ "workspace_ids": sides(), "principal_id": "5c9b-a" }),
            "not its application id",
        ),
        (
            "principal_assignment",
            json!({ "workspace_ids": sides(), "principal_id": 1, "permissions": ["user"] }),
            "use these words",
        ),
        (
            "managed_recovery",
            json!({ "group": "g", "primary_region": "a", "standby_region": "a", "objective_seconds": 1 }),
            "both regions are the same",
        ),
    ];
    for (kind, settings, piece) in refused {
        let said = bench.actions(kind, Side::Standby).check(kind, &settings).unwrap_err();
        assert!(said.contains(piece) && !said.contains("hunter2"), "{kind}: {said}");
    }
    assert_eq!(bench.on(Side::Standby).check("sign_in", &Value::Null), Ok(()));
}

#[tokio::test]
async fn a_step_of_another_version_is_said_to_be_unknown() {
    let bench = Bench::new();
    for info in infos() {
        let (_, side) = wanted(info.name, info.purpose)[0];
        let odd = step(info.name, side, "polished", settings(&bench, info.name));
        let effects = bench.effects();
        for step in [odd.clone(), Step { detail: Value::Null, ..odd.clone() }] {
            let actions = bench.actions(info.name, side);
            let since = jiff::Timestamp::UNIX_EPOCH;
            let context = engine::ports::ActionContext { token: "t", tries: 0, since, now: since, message: None };
            let fault = actions.attempt(&step, &context, &bench.admission).await.unwrap_err();
            assert_eq!((fault.code, fault.reaction), (UNKNOWN_STEP, Reaction::PersonNeeded), "{}", info.name);
        }
        assert_eq!(bench.effects(), effects, "{}", info.name);
    }
}
