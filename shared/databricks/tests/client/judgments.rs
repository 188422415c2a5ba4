//! Tests the decisions about answers that the simulated pair never gives, as the vendor documents them.

use databricks::codes;
use engine::ports::{ApiReply, Context, Next, Observed, ReadPurpose, Workspace};
use failover::plan::want::FENCED;
use jiff::Timestamp;
use saga::Step;
use serde_json::{Value, json};

use crate::canned::{Stage, ok};

pub(crate) fn step(kind: &str, want: &str, detail: Value) -> Step {
    Step { detail, ..Step::new("any", kind, "7", "seven", want) }
}

/// Reads resource 7 of a kind, with these answers for the resource and for its runs.
pub(crate) async fn seen(kind: &str, read: Value, runs: Value) -> (Stage, Observed) {
    let stage = Stage::personal(move |line, _| match line.contains("/runs/list") {
        true => ok(&json!({ "runs": runs })),
        false => ok(&read),
    });
    let looked = stage.workspace.look(kind, "7", ReadPurpose::Fence, &stage.admission).await.unwrap().unwrap();
    (stage, looked)
}

pub(crate) async fn judged(kind: &str, read: Value, runs: Value, want: &str, detail: Value) -> Next {
    judged_after(kind, read, runs, want, detail, None).await
}

async fn judged_after(
    kind: &str,
    read: Value,
    runs: Value,
    want: &str,
    detail: Value,
    reply: Option<&ApiReply>,
) -> Next {
    let (stage, looked) = seen(kind, read, runs).await;
    let since: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
    let context = Context { token: "token", since, tries: 0, reply };
    stage.workspace.next(&step(kind, want, detail), Some(&looked), &context)
}

pub(crate) fn code(next: Next) -> String {
    let Next::Blocked(fault) = next else { panic!("{next:?}") };
    fault.code.to_string()
}

pub(crate) fn requests(next: Next) -> Vec<Value> {
    let Next::Call(api_calls) = next else { panic!("{next:?}") };
    api_calls.into_iter().map(|api_call| api_call.request).collect()
}

fn job(settings: Value) -> Value {
    json!({ "job_id": 7, "creator_user_name": "a@b", "settings": settings })
}

fn run(id: i64, state: &str) -> Value {
    json!({ "run_id": id, "job_id": 7, "run_type": "JOB_RUN", "state": { "life_cycle_state": state } })
}

#[tokio::test]
async fn a_job_is_blocked_first_and_its_runs_are_canceled_then() {
    let cron = json!({ "quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED" });
    let open = job(json!({ "max_concurrent_runs": 3, "schedule": cron }));
    let block = requests(judged("job", open, json!([run(1, "RUNNING")]), FENCED, Value::Null).await);
    let mut paused = cron;
    paused["pause_status"] = json!("PAUSED");
    let settings = json!({ "max_concurrent_runs": 0, "schedule": paused });
    assert_eq!(
        block,
        [json!({ "endpoint": "jobs/update", "id": "", "body": { "job_id": 7, "new_settings": settings } })]
    );
    let blocked = job(json!({ "max_concurrent_runs": 0 }));
    let runs = json!([run(1, "RUNNING"), run(2, "QUEUED")]);
    let bodies: Vec<Value> =
        requests(judged("job", blocked, runs, FENCED, Value::Null).await).iter().map(|r| r["body"].clone()).collect();
    assert_eq!(bodies, [json!({ "job_id": 7 }), json!({ "job_id": 7, "all_queued_runs": true })]);
}

#[tokio::test]
async fn no_state_of_a_run_is_over_but_the_three_that_are() {
    let blocked = || job(json!({ "max_concurrent_runs": 0 }));
    for state in ["BLOCKED", "WAITING_FOR_RETRY", "QUEUED", "PENDING", "RUNNING", "A_NEW_STATE"] {
        let next = judged("job", blocked(), json!([run(1, state)]), FENCED, Value::Null).await;
        assert!(matches!(next, Next::Call(_)), "{state}: {next:?}");
    }
    let next = judged("job", blocked(), json!([run(1, "TERMINATING")]), FENCED, Value::Null).await;
    assert!(matches!(next, Next::Wait { .. }), "{next:?}");
    for state in ["TERMINATED", "SKIPPED", "INTERNAL_ERROR"] {
        let next = judged("job", blocked(), json!([run(1, state)]), FENCED, Value::Null).await;
        assert!(matches!(next, Next::Satisfied { .. }), "{state}: {next:?}");
    }
}

#[tokio::test]
async fn a_job_whose_runs_were_not_looked_at_is_not_taken_for_fenced() {
    let stage = Stage::personal(|_, _| ok(&job(json!({ "max_concurrent_runs": 0 }))));
    let looked = stage.workspace.look("job", "7", ReadPurpose::Start, &stage.admission).await.unwrap();
    let context = Context { token: "t", since: Timestamp::UNIX_EPOCH, tries: 0, reply: None };
    let next = stage.workspace.next(&step("job", FENCED, Value::Null), looked.as_ref(), &context);
    assert!(matches!(next, Next::Wait { .. }), "{next:?}");
}

#[tokio::test]
async fn a_job_that_databricks_manages_needs_a_person() {
    let managed = || job(json!({ "max_concurrent_runs": 1, "deployment": { "kind": "SYSTEM_MANAGED" } }));
    assert_eq!(code(judged("job", managed(), json!([]), FENCED, Value::Null).await), codes::READ_ONLY.as_str());
    let raise = judged("job", managed(), json!([]), "runnable", json!({ "max_concurrent_runs": 5 })).await;
    assert_eq!(code(raise), codes::READ_ONLY.as_str());
}

#[tokio::test]
async fn a_job_without_the_trigger_that_was_on_cannot_be_activated() {
    let which = json!({ "which": { "continuous": true } });
    let next = judged("job", job(json!({ "schedule": {} })), json!([]), "activated", which).await;
    assert_eq!(code(next), codes::NOTHING_TO_ACTIVATE.as_str());
}

#[tokio::test]
async fn a_run_is_not_made_while_the_job_takes_none() {
    let next = judged("job_run", job(json!({ "max_concurrent_runs": 0 })), json!([]), "ran_once", Value::Null).await;
    assert!(matches!(next, Next::Wait { .. }), "{next:?}");
    let next = judged("job_run", job(json!({})), json!([]), "ran_once", Value::Null).await;
    let body = json!({ "job_id": 7, "idempotency_token": "token" });
    assert_eq!(requests(next), [json!({ "endpoint": "jobs/run-now", "id": "", "body": body })]);
}

#[tokio::test]
async fn a_run_counts_when_it_is_read_and_never_when_it_was_skipped() {
    let reply = ApiReply { note: "run job 7".to_owned(), made: Some("41".to_owned()) };
    let after = |runs: Value| {
        let reply = &reply;
        async move { judged_after("job_run", job(json!({})), runs, "ran_once", Value::Null, Some(reply)).await }
    };
    assert!(matches!(after(json!([run(40, "RUNNING")])).await, Next::Wait { .. }));
    assert!(matches!(after(json!([run(41, "PENDING")])).await, Next::Satisfied { .. }));
    assert_eq!(code(after(json!([run(41, "SKIPPED")])).await), codes::RUN_SKIPPED.as_str());
}

#[tokio::test]
async fn an_interrupted_run_is_run_again_but_not_of_a_continuous_job() {
    let wants = |settings: Value, runs: Value| async move {
        let (stage, looked) = seen("job", job(settings), runs).await;
        let record = stage.workspace.record(&looked);
        record.starts.into_iter().map(|start| start.want).collect::<Vec<_>>()
    };
    assert_eq!(wants(json!({}), json!([run(1, "WAITING_FOR_RETRY")])).await, ["runnable", "ran_once"]);
    assert_eq!(wants(json!({}), json!([run(1, "TERMINATING")])).await, ["runnable"]);
    assert_eq!(wants(json!({ "continuous": {} }), json!([run(1, "RUNNING")])).await, ["runnable", "activated"]);
    assert_eq!(wants(json!({ "max_concurrent_runs": 0, "schedule": {} }), json!([])).await, [""; 0]);
}

#[tokio::test]
async fn what_would_hurt_a_job_is_found() {
    let settings = json!({
        "edit_mode": "UI_LOCKED",
        "deployment": { "kind": "BUNDLE" },
        "tags": { "switchback": "pay" },
        "tasks": [{ "existing_cluster_id": "c-1" }],
        "job_clusters": [{ "new_cluster": { "aws_attributes": { "zone_id": "us-east-1a" } } }],
    });
    let (stage, looked) = seen("job", json!({ "job_id": 7, "settings": settings }), json!([])).await;
    let record = stage.workspace.record(&looked);
    assert_eq!(record.tag.as_deref(), Some("pay"));
    for word in ["bundle", "locked", "creator", "c-1", "us-east-1a"] {
        assert_eq!(record.findings.iter().filter(|finding| finding.contains(word)).count(), 1, "{word}");
    }
}

#[tokio::test]
async fn a_one_time_run_is_recorded_and_a_run_of_a_saved_job_is_not() {
    let (stage, saved) = seen("run", run(7, "RUNNING"), json!([])).await;
    assert!(!stage.workspace.recorded(&saved));
    let (stage, single) =
        seen("run", json!({ "run_id": 7, "run_type": "SUBMIT_RUN", "status": { "state": "RUNNING" } }), json!([]))
            .await;
    let record = stage.workspace.record(&single);
    assert!(stage.workspace.recorded(&single) && record.active && record.not_carried.is_some());
}

#[tokio::test]
async fn a_cluster_in_error_is_terminated_and_cannot_be_started() {
    let broken = || json!({ "cluster_id": "7", "state": "ERROR", "cluster_source": "UI" });
    assert!(matches!(judged("cluster", broken(), json!([]), FENCED, Value::Null).await, Next::Call(_)));
    assert_eq!(
        code(judged("cluster", broken(), json!([]), "running", Value::Null).await),
        codes::BROKEN_COMPUTE.as_str()
    );
}

#[tokio::test]
async fn an_idle_pipeline_with_an_update_under_way_is_stopped() {
    let idle = |update: &str| json!({ "pipeline_id": "7", "state": "IDLE", "latest_updates": [{ "state": update }] });
    assert!(matches!(judged("pipeline", idle("CREATED"), json!([]), FENCED, Value::Null).await, Next::Call(_)));
    assert!(matches!(judged("pipeline", idle("STOPPING"), json!([]), FENCED, Value::Null).await, Next::Wait { .. }));
    assert!(matches!(judged("pipeline", idle("FAILED"), json!([]), FENCED, Value::Null).await, Next::Satisfied { .. }));
}

#[tokio::test]
async fn an_update_of_a_pipeline_counts_if_it_is_under_way_or_was_completed_since_the_plan() {
    let idle = |update: &str, made: &str, continuous: bool| {
        let updates = json!([{ "state": update, "creation_time": made }]);
        json!({ "pipeline_id": "7", "state": "IDLE", "spec": { "continuous": continuous }, "latest_updates": updates })
    };
    let judge = |read: Value| judged("pipeline", read, json!([]), "updated", Value::Null);
    let (before, after) = ("2026-01-05T07:59:00Z", "2026-01-05T08:01:00Z");
    assert!(matches!(judge(idle("COMPLETED", after, false)).await, Next::Satisfied { .. }));
    assert!(matches!(judge(idle("COMPLETED", before, false)).await, Next::Call(_)));
    assert!(matches!(judge(idle("FAILED", after, false)).await, Next::Call(_)));
    assert!(matches!(judge(idle("QUEUED", after, false)).await, Next::Satisfied { .. }));
    assert!(matches!(judge(idle("STOPPING", after, false)).await, Next::Wait { .. }));
    assert!(matches!(judge(idle("QUEUED", after, true)).await, Next::Wait { .. }));
    assert!(matches!(judge(idle("COMPLETED", after, true)).await, Next::Call(_)));
}

#[tokio::test]
async fn an_edit_of_a_pool_keeps_what_it_does_not_change() {
    let pool = json!({
        "instance_pool_id": "7", "instance_pool_name": "p", "node_type_id": "i3.xlarge", "state": "ACTIVE",
        "custom_tags": { "team": "x" }, "min_idle_instances": 2, "max_capacity": 9,
        "idle_instance_autotermination_minutes": 30, "stats": { "idle_count": 2 },
    });
    let body =
        requests(judged("instance_pool", pool.clone(), json!([]), FENCED, Value::Null).await).remove(0)["body"].take();
    let mut expected = pool.clone();
    expected.as_object_mut().unwrap().retain(|key, _| key != "state" && key != "stats");
    expected["min_idle_instances"] = json!(0);
    expected["idle_instance_autotermination_minutes"] = json!(0);
    assert_eq!(body, expected);
    let (stage, looked) = seen("instance_pool", pool, json!([])).await;
    let size = json!({ "min_idle_instances": 2, "max_capacity": 9, "idle_instance_autotermination_minutes": 30 });
    assert_eq!(stage.workspace.record(&looked).starts[0].detail, size);
}

#[tokio::test]
async fn a_step_of_another_version_needs_a_person() {
    let next =
        judged("sql_warehouse", json!({ "id": "7", "state": "STOPPED" }), json!([]), "levitating", Value::Null).await;
    assert_eq!(code(next), codes::UNKNOWN_WANT.as_str());
    let next = judged("job", job(json!({})), json!([]), "runnable", Value::Null).await;
    assert_eq!(code(next), codes::UNKNOWN_WANT.as_str());
}

/// Checks the decision for each documented state, toward `fenced` and toward `running`.
pub(crate) async fn states_of(kind: &str, read: impl Fn(&str) -> Value, expected: &str) {
    let mut found = String::new();
    for line in expected.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let state = line.split(':').next().unwrap_or("");
        let mut words = Vec::new();
        for want in [FENCED, "running"] {
            words.push(match judged(kind, read(state), json!([]), want, Value::Null).await {
                Next::Satisfied { .. } => "so",
                Next::Call(_) => "call",
                Next::Wait { .. } => "wait",
                Next::Blocked(_) => "person",
            });
        }
        found.push_str(&format!("{state}: {}\n", words.join(" ")));
    }
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_cluster_is_fenced_when_it_is_terminated_and_not_before() {
    let expected = "
        PENDING: call wait
        RUNNING: call so
        RESTARTING: call wait
        RESIZING: call so
        TERMINATING: wait wait
        TERMINATED: so call
        ERROR: call person
        UNKNOWN: call wait
    ";
    // Every listing answers that the cluster is pinned.
    let read = |state: &str| {
        let pinned = json!([{ "cluster_id": "7" }]);
        json!({ "cluster_id": "7", "state": state, "cluster_source": "UI", "clusters": pinned })
    };
    states_of("cluster", read, expected).await;
}

#[tokio::test]
async fn a_warehouse_is_fenced_when_it_is_stopped_and_not_before() {
    let expected = "
        STARTING: call wait
        RUNNING: call so
        STOPPING: wait wait
        STOPPED: so call
        DELETING: wait person
        DELETED: so person
    ";
    states_of("sql_warehouse", |state| json!({ "id": "7", "state": state }), expected).await;
}
