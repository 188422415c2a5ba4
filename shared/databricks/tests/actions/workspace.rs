//! Tests the promises of single actions on a workspace.

use databricks::codes;
use failover::Side;
use failover::plan::want;
use saga::Reaction;
use serde_json::{Value, json};

use crate::bench::{Bench, step};

/// The first stopped warehouse of the standby.
pub(crate) fn warehouse(bench: &Bench) -> String {
    let held = bench.world().export(sim::Side::Standby);
    held["warehouses"][0]["id"].as_str().unwrap().to_owned()
}

/// Makes a job on the standby if there is none with this name. Returns the name.
pub(crate) fn made_job(bench: &Bench, name: &str) -> String {
    let tasks = json!([{ "task_key": "main", "environment_key": "default" }]);
    let listed = bench.by_hand("GET", &format!("/api/2.2/jobs/list?name={name}"), &Value::Null);
    if listed["jobs"].as_array().is_none_or(Vec::is_empty) {
        bench.by_hand("POST", "/api/2.2/jobs/create", &json!({ "name": name, "tasks": tasks }));
    }
    name.to_owned()
}

fn job_id(bench: &Bench, name: &str) -> i64 {
    let listed = bench.by_hand("GET", &format!("/api/2.2/jobs/list?name={name}"), &Value::Null);
    listed["jobs"][0]["job_id"].as_i64().unwrap()
}

/// The number of runs on the standby that a request has started.
pub(crate) fn runs_by_hand(bench: &Bench) -> usize {
    let world = bench.world();
    let ours = |start: &&sim::RunStart| start.side == sim::Side::Standby && start.cause == sim::Cause::OneTime;
    world.ledger().starts.iter().filter(ours).count()
}

fn proved(kind: &str, settings: Value) -> saga::Step {
    step(kind, Side::Standby, want::PROVED, settings)
}

#[tokio::test]
async fn a_statement_waits_for_its_warehouse_and_runs_once_it_is_up() {
    let bench = Bench::new();
    let id = warehouse(&bench);
    let name = bench.by_hand("GET", &format!("/api/2.0/sql/warehouses/{id}"), &Value::Null)["name"].clone();
    for warehouse in [json!(id), name] {
        let settings = json!({ "warehouse": warehouse, "statement": "SELECT 7", "expect": 7 });
        let (told, _) = bench.drive(&proved("statement", settings)).await.unwrap();
        assert!(told.ends_with("gave 7, as expected"), "{told}");
    }
    let run = bench.sent().iter().filter(|sent| *sent == "POST /api/2.0/sql/statements").count();
    assert!(run <= 3, "{run} statements: one starts the warehouse, one waits for it, one more for the second step");
}

#[tokio::test]
async fn a_statement_that_fails_or_gives_something_else_needs_a_person() {
    let bench = Bench::new();
    let id = warehouse(&bench);
    let step = |statement: &str| proved("statement", json!({ "warehouse": id, "statement": statement, "expect": "8" }));
    let failed = bench.drive(&step("SELECT * FROM missing")).await.unwrap_err();
    assert_eq!(failed.code, codes::STATEMENT_FAILED);
    assert!(failed.message.contains("TABLE_OR_VIEW_NOT_FOUND"), "{failed}");
    let other = bench.drive(&step("SELECT 7")).await.unwrap_err();
    assert_eq!(other.code, codes::UNEXPECTED_ANSWER);
    assert!(other.message.contains("gave 7 where 8 was expected"), "{other}");
    assert!(bench.drive(&step("SELECT '8'")).await.is_ok());
}

#[tokio::test]
async fn who_signs_in_is_said_and_an_old_secret_is_told_without_being_shown() {
    let bench = Bench::new();
    let work = |env: &str| json!({ "client_id": sim::WORK_CLIENT_ID, "client_secret": { "env": env } });
    let (told, _) = bench.drive(&proved("sign_in", work("WORK_SECRET"))).await.unwrap();
    assert_eq!(told, format!("signed in as {}", sim::WORK_USER_NAME));
    let (told, _) = bench.drive(&proved("sign_in", json!({}))).await.unwrap();
    assert_eq!(told, format!("signed in as {}", sim::USER_NAME));
    let refused = bench.drive(&proved("sign_in", work("OLD_SECRET"))).await.unwrap_err();
    assert_eq!((refused.code.clone(), refused.reaction), (codes::NOT_SIGNED_IN, Reaction::PersonNeeded));
    assert!(!refused.message.contains("an old secret"));
    let nowhere = bench.drive(&proved("sign_in", work("NONE"))).await.unwrap_err();
    assert_eq!(nowhere.reaction, Reaction::PersonNeeded);
}

#[tokio::test]
async fn an_answer_without_the_expected_member_needs_a_person() {
    let bench = Bench::new();
    let settings = json!({ "path": "/api/2.2/jobs/list?limit=1", "expect_member": "pipelines" });
    let fault = bench.drive(&proved("api_call", settings)).await.unwrap_err();
    assert_eq!(fault.code, codes::UNEXPECTED_ANSWER);
    assert_eq!(bench.sent(), ["GET /api/2.2/jobs/list?limit=1"]);
}

#[tokio::test]
async fn all_missing_access_is_named_and_granted_access_is_found() {
    let bench = Bench::new();
    let id = warehouse(&bench);
    let name = bench.by_hand("GET", &format!("/api/2.0/sql/warehouses/{id}"), &Value::Null)["name"].clone();
    let job = made_job(&bench, "report");
    let objects = json!({ "objects": [
        { "type": "warehouses", "name": name, "principal": "analysts", "level": "CAN_USE" },
        { "type": "jobs", "name": job, "principal": "ops@cloud.example", "level": "CAN_MANAGE_RUN" },
        { "type": "jobs", "name": "no such job", "principal": "analysts", "level": "CAN_VIEW" },
        { "type": "clusters", "id": "none", "principal": "analysts", "level": "CAN_RESTART" },
    ] });
    let fault = bench.drive(&proved("permissions", objects.clone())).await.unwrap_err();
    assert_eq!(fault.code, codes::ACCESS_MISSING);
    for piece in ["analysts has no CAN_USE on warehouses", "ops@cloud.example has no CAN_MANAGE_RUN on jobs \"report\""]
    {
        assert!(fault.message.contains(piece), "{fault}");
    }
    for piece in ["jobs \"no such job\" does not exist here", "clusters \"none\" does not exist here"] {
        assert!(fault.message.contains(piece), "{fault}");
    }
    let grant = |path: String, entry: Value| {
        bench.by_hand("PATCH", &path, &json!({ "access_control_list": [entry] }));
    };
    grant(
        format!("/api/2.0/permissions/warehouses/{id}"),
        json!({ "group_name": "analysts", "permission_level": "CAN_USE" }),
    );
    grant(
        format!("/api/2.0/permissions/jobs/{}", job_id(&bench, "report")),
        json!({ "user_name": "ops@cloud.example", "permission_level": "IS_OWNER" }),
    );
    let granted = json!({ "objects": objects["objects"].as_array().unwrap()[..2] });
    let (told, _) = bench.drive(&proved("permissions", granted)).await.unwrap();
    assert_eq!(told, "all access is there: 2 checked");
}

#[tokio::test]
async fn a_canary_that_fails_is_not_run_again_and_a_run_by_hand_counts() {
    let bench = Bench::new();
    let canary = proved("canary_job", json!({ "job": made_job(&bench, "canary") }));
    let begun = bench.attempt(&canary).await;
    assert!(begun.is_err() || runs_by_hand(&bench) == 1);
    let id = job_id(&bench, "canary");
    bench.by_hand("POST", "/api/2.2/jobs/runs/cancel-all", &json!({ "job_id": id }));
    if let Err(fault) = bench.drive(&canary).await {
        assert_eq!((fault.code.clone(), fault.reaction), (codes::RUN_FAILED, Reaction::PersonNeeded));
        assert!(fault.message.contains("/#job/"), "the run's page: {fault}");
        assert!(bench.drive(&canary).await.is_err());
        assert_eq!(runs_by_hand(&bench), 1);
        bench.by_hand("POST", "/api/2.2/jobs/run-now", &json!({ "job_id": id }));
        let (told, _) = bench.drive(&canary).await.unwrap();
        assert!(told.ends_with("succeeded"), "{told}");
    } else {
        panic!("a canceled run counts as a success");
    }
}

#[tokio::test]
async fn a_canary_whose_job_takes_no_run_is_not_wasted() {
    let bench = Bench::new();
    let canary = proved("canary_job", json!({ "job": made_job(&bench, "canary") }));
    let id = job_id(&bench, "canary");
    let limit = |limit: i64| {
        let settings = json!({ "job_id": id, "new_settings": { "max_concurrent_runs": limit } });
        bench.by_hand("POST", "/api/2.2/jobs/update", &settings);
    };
    limit(0);
    let fault = bench.attempt(&canary).await.unwrap_err();
    assert!(matches!(fault.reaction, Reaction::Again { .. }), "{fault}");
    assert_eq!(runs_by_hand(&bench), 0);
    limit(1);
    bench.drive(&canary).await.unwrap();
    assert_eq!(runs_by_hand(&bench), 1);
}

#[tokio::test]
async fn a_list_that_cuts_nobody_off_or_switchback_itself_needs_a_person() {
    let bench = Bench::new();
    let fence = |list: &str, want: &str| step("ip_access_list", Side::Standby, want, json!({ "list": list }));
    let refused = bench.drive(&fence("everybody-out", want::CUT_OFF)).await.unwrap_err();
    assert_eq!(refused.code, codes::LIST_NOT_READY);
    assert!(refused.message.contains("keep Switchback itself out"), "{refused}");
    bench.drive(&fence("switchback-only", want::CUT_OFF)).await.unwrap();
    let open = bench.drive(&fence("everybody-out", want::CUT_OFF)).await.unwrap_err();
    assert!(open.code == codes::LIST_NOT_READY && open.message.contains("prepare a BLOCK list"), "{open}");
    bench.drive(&fence("all-but-switchback", want::CUT_OFF)).await.unwrap();
    let off = json!({ "enableIpAccessLists": "false" });
    bench.by_hand("PATCH", "/api/2.0/workspace-conf", &off);
    let without = bench.drive(&fence("switchback-only", want::CUT_OFF)).await.unwrap_err();
    assert!(without.message.contains("set enableIpAccessLists to true"), "{without}");
    bench.drive(&fence("switchback-only", want::LIFTED)).await.unwrap();
}
