//! Tests the decisions about vector-search endpoints, databases, and the pipelines and schedules that others
//! hide, as the vendor documents them.

use databricks::codes;
use engine::ports::{Next, ReadPurpose, Workspace};
use failover::Startable;
use failover::plan::want::FENCED;
use saga::Reaction;
use serde_json::{Value, json};

use crate::canned::{Stage, ok, reply};
use crate::judgments::{judged, requests, seen, states_of, step};

fn search(state: &str) -> Value {
    json!({ "name": "7", "num_indexes": 3, "endpoint_status": { "state": state } })
}

#[tokio::test]
async fn a_search_endpoint_is_fenced_when_it_is_stopped_and_not_before() {
    let expected = "
        ONLINE: call so
        YELLOW_STATE: call so
        RED_STATE: call person
        OFFLINE: call person
        PROVISIONING: call wait
        STARTING: call wait
        STOPPING: wait wait
        STOPPED: so call
        DELETED: so person
        A_NEW_STATE: call wait
    ";
    states_of("vector_search_endpoint", search, expected).await;
    let bare = || json!({ "name": "7" });
    let next = judged("vector_search_endpoint", bare(), json!([]), FENCED, Value::Null).await;
    assert!(matches!(next, Next::Call(_)), "{next:?}");
}

/// An endpoint with a continuous, a triggered and a direct index, and one that is stopped.
fn indexes() -> Stage {
    let index = |name: &str, mode: &str| {
        json!({ "name": name, "index_type": "DELTA_SYNC",
            "delta_sync_index_spec": { "pipeline_id": format!("pipeline-of-{name}"), "pipeline_type": mode } })
    };
    Stage::personal(move |line, _| {
        if line.contains("/indexes/c.s.endless") {
            return ok(&index("c.s.endless", "CONTINUOUS"));
        }
        if line.contains("/indexes/c.s.daily") {
            return ok(&index("c.s.daily", "TRIGGERED"));
        }
        if line.contains("page_token=") {
            return ok(&json!({ "vector_indexes": [{ "name": "c.s.endless", "index_type": "DELTA_SYNC" }] }));
        }
        if line.contains("/indexes?endpoint_name=7") {
            let direct = json!({ "name": "c.s.direct", "index_type": "DIRECT_ACCESS" });
            let daily = json!({ "name": "c.s.daily", "index_type": "DELTA_SYNC" });
            return ok(&json!({ "vector_indexes": [direct, daily], "next_page_token": "t" }));
        }
        assert!(line.ends_with("/endpoints"), "{line}");
        let stopped = json!({ "name": "8", "num_indexes": 2, "endpoint_status": { "state": "STOPPED" } });
        ok(&json!({ "endpoints": [search("ONLINE"), stopped] }))
    })
}

#[tokio::test]
async fn the_pipelines_of_continuous_indexes_are_what_an_endpoint_starts() {
    let stage = indexes();
    let listed = stage.workspace.list("vector_search_endpoint", ReadPurpose::Record, &stage.admission).await.unwrap();
    let record = stage.workspace.record(&listed[0]);
    let pipeline = Startable { kind: "pipeline".to_owned(), id: Some("pipeline-of-c.s.endless".to_owned()) };
    assert_eq!(record.can_start, [pipeline]);
    assert_eq!(record.findings.iter().filter(|found| found.contains("c.s.endless")).count(), 1, "{record:?}");
    assert!(!record.findings[0].contains("c.s.daily"));
    let stopped = stage.workspace.record(&listed[1]);
    assert!(stopped.can_start.is_empty() && stopped.findings.is_empty() && stopped.starts.is_empty());
    assert_eq!(stage.sent().len(), 5, "a stopped endpoint's indexes and a direct one are not read");
}

#[tokio::test]
async fn indexes_are_not_read_on_the_way_of_a_fence() {
    let stage = indexes();
    stage.workspace.list("vector_search_endpoint", ReadPurpose::Fence, &stage.admission).await.unwrap();
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn a_stop_whose_preview_is_off_needs_a_person() {
    for (status, code) in [(404, "FEATURE_DISABLED"), (404, "ENDPOINT_NOT_FOUND"), (501, "NOT_IMPLEMENTED")] {
        let stage = Stage::personal(move |line, _| match line.starts_with("POST") {
            true => reply(status, &[], &json!({ "error_code": code, "message": "not here" }).to_string()),
            false => ok(&search("ONLINE")),
        });
        let looked = stage
            .workspace
            .look("vector_search_endpoint", "7", ReadPurpose::Fence, &stage.admission)
            .await
            .unwrap()
            .unwrap();
        let Next::Call(api_calls) =
            stage.workspace.next_of_all(&step("vector_search_endpoint", "all_fenced", Value::Null), &[&looked])
        else {
            panic!("no call");
        };
        let fault = stage.workspace.call(&api_calls[0], &stage.admission).await.unwrap_err();
        assert_eq!((fault.code, fault.reaction), (codes::PREVIEW_OFF, Reaction::PersonNeeded), "{code}");
        assert!(fault.message.contains("preview"), "{code}");
    }
}

fn database(state: &str, stopped: Option<bool>) -> Value {
    json!({ "name": "7", "state": state, "effective_stopped": stopped })
}

#[tokio::test]
async fn a_database_instance_is_fenced_when_it_is_stopped_and_not_before() {
    let on = "
        AVAILABLE: call so
        STARTING: call wait
        UPDATING: call wait
        FAILING_OVER: call wait
        DELETING: wait person
        A_NEW_STATE: call wait
        STOPPED: call wait
    ";
    states_of("database_instance", |state| database(state, Some(false)), on).await;
    let off = "
        AVAILABLE: wait wait
        UPDATING: wait wait
        STOPPED: so call
    ";
    states_of("database_instance", |state| database(state, Some(true)), off).await;
    let unsaid = "
        AVAILABLE: call so
        STOPPED: so call
    ";
    states_of("database_instance", |state| database(state, None), unsaid).await;
}

#[tokio::test]
async fn an_update_of_a_database_instance_names_one_field_only() {
    for (state, off, want, stopped) in [("AVAILABLE", false, FENCED, true), ("STOPPED", true, "running", false)] {
        let next = judged("database_instance", database(state, Some(off)), json!([]), want, Value::Null).await;
        let body = json!({ "name": "7", "stopped": stopped });
        assert_eq!(requests(next), [json!({ "endpoint": "database/instances/update", "id": "7", "body": body })]);
    }
}

#[tokio::test]
async fn a_database_instance_that_was_stopped_gets_no_start_s15() {
    for (state, off, starts) in [("AVAILABLE", false, 1), ("UPDATING", true, 0), ("STOPPED", true, 0)] {
        let (stage, looked) = seen("database_instance", database(state, Some(off)), json!([])).await;
        let record = stage.workspace.record(&looked);
        assert_eq!((record.active, record.starts.len()), (starts == 1, starts), "{state}");
    }
}

fn endpoint(state: &str, disabled: Value) -> Value {
    let kind = "ENDPOINT_TYPE_READ_WRITE";
    json!({ "name": "7", "status": { "current_state": state, "disabled": disabled, "endpoint_type": kind } })
}

#[tokio::test]
async fn a_database_endpoint_is_fenced_when_it_is_disabled_and_suspended() {
    let fence = |read: Value| judged("postgres_endpoint", read, json!([]), FENCED, Value::Null);
    for state in ["ACTIVE", "IDLE", "INIT", "DEGRADED"] {
        let body = json!({ "name": "7", "spec": { "endpoint_type": "ENDPOINT_TYPE_READ_WRITE", "disabled": true } });
        let call = json!({ "endpoint": "postgres/endpoints/update", "id": "7", "body": body });
        for disabled in [json!(false), Value::Null] {
            let made = requests(fence(endpoint(state, disabled)).await);
            assert_eq!(made, std::slice::from_ref(&call), "{state}: idle is no fence");
        }
        let is_so = matches!(fence(endpoint(state, json!(true))).await, Next::Satisfied { .. });
        assert_eq!(is_so, state == "IDLE", "{state}");
    }
    let mut coming = endpoint("IDLE", json!(true));
    coming["status"]["pending_state"] = json!("ACTIVE");
    assert!(matches!(fence(coming).await, Next::Wait { .. }));
    assert!(matches!(fence(json!({ "name": "7" })).await, Next::Call(_)));
    let asked = json!({ "name": "7", "spec": { "disabled": true } });
    assert!(matches!(fence(asked).await, Next::Wait { .. }), "what was asked for is not what is so");
}

#[tokio::test]
async fn a_database_endpoint_that_was_disabled_stays_disabled_s15() {
    for (disabled, starts) in [(json!(true), 0), (json!(false), 1), (Value::Null, 1)] {
        let (stage, looked) = seen("postgres_endpoint", endpoint("IDLE", disabled.clone()), json!([])).await;
        let record = stage.workspace.record(&looked);
        assert_eq!((record.active, record.starts.len()), (starts == 1, starts), "{disabled}");
    }
}

#[tokio::test]
async fn a_database_endpoint_is_enabled_and_its_state_is_left_alone() {
    let enable = |read: Value| judged("postgres_endpoint", read, json!([]), "enabled", Value::Null);
    assert!(matches!(enable(endpoint("IDLE", json!(false))).await, Next::Satisfied { .. }));
    assert_eq!(requests(enable(endpoint("IDLE", json!(true))).await)[0]["body"]["spec"]["disabled"], json!(false));
    assert!(matches!(enable(json!({ "name": "7" })).await, Next::Wait { .. }));
}

#[tokio::test]
async fn database_endpoints_are_listed_through_their_projects_and_branches() {
    let stage = Stage::personal(|line, _| {
        let path = line.split(['?', ' ']).nth(1).unwrap_or_default();
        ok(&match path {
            "/api/2.0/postgres/projects" if line.contains("page_token") => {
                json!({ "projects": [{ "name": "projects/b" }] })
            }
            "/api/2.0/postgres/projects" => json!({ "projects": [{ "name": "projects/a" }], "next_page_token": "t" }),
            "/api/2.0/postgres/projects/a/branches" => json!({ "branches": [{ "name": "projects/a/branches/x" }] }),
            "/api/2.0/postgres/projects/a/branches/x/endpoints" => {
                json!({ "endpoints": [{ "name": "projects/a/branches/x/endpoints/e" }] })
            }
            "/api/2.0/postgres/projects/b/branches" => {
                return reply(404, &[], &json!({ "error_code": "NOT_FOUND", "message": "gone" }).to_string());
            }
            other => panic!("{other}"),
        })
    });
    let listed = stage.workspace.list("postgres_endpoint", ReadPurpose::Fence, &stage.admission).await.unwrap();
    assert_eq!(listed.iter().map(|seen| seen.id.as_str()).collect::<Vec<_>>(), ["projects/a/branches/x/endpoints/e"]);
}

fn pipeline(state: &str, spec: Value) -> Value {
    json!({ "pipeline_id": "7", "name": "seven", "state": state, "spec": spec })
}

#[tokio::test]
async fn a_gateway_is_a_continuous_pipeline_whatever_its_flag_says() {
    let update = json!([{ "state": "COMPLETED", "creation_time": "2026-01-05T08:01:00Z" }]);
    for (spec, is_enough) in [(json!({ "libraries": [{}] }), true), (json!({ "gateway_definition": {} }), false)] {
        let mut idle = pipeline("IDLE", spec);
        idle["latest_updates"] = update.clone();
        let next = judged("pipeline", idle, json!([]), "updated", Value::Null).await;
        assert_eq!(matches!(next, Next::Satisfied { .. }), is_enough, "{next:?}");
    }
}

#[tokio::test]
async fn what_starts_a_pipeline_unseen_is_found() {
    let code = json!([{ "notebook": { "path": "/a" } }]);
    for (spec, word) in [
        (json!({ "libraries": code }), None),
        (json!({ "ingestion_definition": {} }), None),
        (json!({ "gateway_definition": {} }), Some("ingestion gateway")),
        (json!({ "libraries": [] }), Some("DROP SCHEDULE")),
        (json!({ "catalog": "main" }), Some("DROP SCHEDULE")),
    ] {
        let (stage, looked) = seen("pipeline", pipeline("RUNNING", spec), json!([])).await;
        let findings = stage.workspace.record(&looked).findings;
        assert_eq!(findings.len(), usize::from(word.is_some()), "{findings:?}");
        assert!(word.is_none_or(|word| findings[0].contains(word)), "{findings:?}");
    }
}

/// Three pipelines. Two of them are at work, and the second of these cannot be read.
fn pipelines() -> Stage {
    Stage::personal(|line, _| {
        let listed = |id: &str, state: &str| json!({ "pipeline_id": id, "name": id, "state": state });
        if line.contains("max_results") {
            let statuses = [listed("idle", "IDLE"), listed("first", "RUNNING"), listed("second", "STARTING")];
            return ok(&json!({ "statuses": statuses }));
        }
        assert!(!line.contains("idle"), "{line}");
        match line.contains("first") {
            true => ok(&pipeline("STOPPING", json!({ "gateway_definition": {} }))),
            false => reply(503, &[], &json!({ "error_code": "TEMPORARILY_UNAVAILABLE", "message": "" }).to_string()),
        }
    })
}

#[tokio::test]
async fn a_record_looks_closer_at_pipelines_at_work_and_stands_without() {
    let stage = pipelines();
    let listed = stage.workspace.list("pipeline", ReadPurpose::Record, &stage.admission).await.unwrap();
    assert_eq!(listed.len(), 3);
    let record = stage.workspace.record(&listed[1]);
    assert_eq!((record.state.as_str(), record.findings.len()), ("RUNNING", 1), "the listing's reading counts");
    assert!(stage.workspace.record(&listed[2]).findings.is_empty());
    assert_eq!(stage.sent().len(), 3);
    stage.workspace.list("pipeline", ReadPurpose::Fence, &stage.admission).await.unwrap();
    assert_eq!(stage.sent().len(), 1, "a fence is not kept waiting");
}

/// Two warehouses, and the queries and alerts on them. The listing of alerts is answered with this status.
fn warehouses(alerts: u16) -> Stage {
    Stage::personal(move |line, _| {
        let found = |id: &str, on: &str, state: &str| json!({ "id": id, "warehouse_id": on, "lifecycle_state": state });
        if line.contains("/sql/warehouses") {
            let listed = ["busy", "free"].map(|id| json!({ "id": id, "name": id, "state": "STOPPED" }));
            return ok(&json!({ "warehouses": listed }));
        }
        if line.contains("/sql/queries") && !line.contains("page_token") {
            let trashed = found("q0", "free", "TRASHED");
            return ok(&json!({ "results": [trashed, found("q1", "busy", "ACTIVE")], "next_page_token": "t" }));
        }
        if line.contains("/sql/queries") {
            return ok(&json!({ "results": [found("q2", "busy", "ACTIVE"), { "id": "q3" }] }));
        }
        let alerts_found = json!({ "results": [{ "id": "a1", "query_id": "q2" }, { "id": "a2", "query_id": "q3" }] });
        reply(
            alerts,
            &[],
            &match alerts {
                200 => alerts_found.to_string(),
                _ => json!({ "error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slow" }).to_string(),
            },
        )
    })
}

#[tokio::test]
async fn what_cannot_be_paused_is_found_on_the_warehouse_that_it_starts() {
    let stage = warehouses(200);
    let listed = stage.workspace.list("sql_warehouse", ReadPurpose::Record, &stage.admission).await.unwrap();
    let [busy, free] = [0, 1].map(|at| stage.workspace.record(&listed[at]).findings);
    assert!(busy.len() == 1 && busy[0].contains("queries (2)") && busy[0].contains("version (1)"), "{busy:?}");
    assert!(free.is_empty(), "{free:?}");
    stage.sent();
    stage.workspace.list("sql_warehouse", ReadPurpose::Fence, &stage.admission).await.unwrap();
    assert_eq!(stage.sent().len(), 1, "a fence is not kept waiting");
}

#[tokio::test]
async fn a_side_is_recorded_without_what_is_only_told_of_its_warehouses() {
    let stage = warehouses(429);
    let listed = stage.workspace.list("sql_warehouse", ReadPurpose::Record, &stage.admission).await.unwrap();
    for seen in &listed {
        let findings = stage.workspace.record(seen).findings;
        assert!(findings.len() == 1 && findings[0].contains("THROTTLED"), "{findings:?}");
    }
}
