//! Tests the decisions about model-serving endpoints and schedules of dashboards, as the vendor documents
//! them.

use databricks::codes;
use engine::ports::{Next, ReadPurpose, Workspace};
use failover::plan::want::FENCED;
use saga::Reaction;
use serde_json::{Value, json};

use crate::canned::{Stage, ok, reply};
use crate::judgments::{code, judged, requests, seen};

fn endpoint(entity: &Value, state: &Value) -> Value {
    json!({ "name": "7", "config": { "served_entities": [entity] }, "state": state })
}

fn custom() -> Value {
    let secret = json!({ "TOKEN": "a secret" });
    json!({ "entity_name": "main.m.model", "entity_version": "3", "environment_vars": secret })
}

/// The decisions for a `state`, toward `fenced` and toward `running`.
async fn words(ready: &str, update: &str, suspend: Option<&str>) -> String {
    let mut state = json!({ "ready": ready, "config_update": update });
    if let Some(suspend) = suspend {
        state["suspend"] = json!(suspend);
    }
    let mut words = Vec::new();
    for want in [FENCED, "running"] {
        words.push(match judged("serving_endpoint", endpoint(&custom(), &state), json!([]), want, Value::Null).await {
            Next::Satisfied { .. } => "so",
            Next::Call(_) => "call",
            Next::Wait { .. } => "wait",
            Next::Blocked(_) => "person",
        });
    }
    words.join(" ")
}

#[tokio::test]
async fn an_endpoint_is_fenced_only_when_it_says_that_it_is_stopped() {
    for (ready, update, suspend, expected) in [
        ("READY", "NOT_UPDATING", None, "call so"),
        ("READY", "UPDATE_FAILED", None, "call so"),
        ("READY", "IN_PROGRESS", None, "wait wait"),
        ("NOT_READY", "IN_PROGRESS", None, "wait wait"),
        ("NOT_READY", "IN_PROGRESS", Some("STOPPED"), "wait wait"),
        ("NOT_READY", "NOT_UPDATING", Some("STOPPED"), "so call"),
        ("NOT_READY", "UPDATE_FAILED", Some("STOPPED"), "so call"),
        ("READY", "NOT_UPDATING", Some("STOPPED"), "so call"),
        ("NOT_READY", "NOT_UPDATING", None, "call call"),
        ("NOT_READY", "NOT_UPDATING", Some("A_NEW_WORD"), "call call"),
        ("NOT_READY", "UPDATE_FAILED", None, "call person"),
        ("NOT_READY", "UPDATE_CANCELED", None, "call person"),
        ("", "", None, "call call"),
    ] {
        assert_eq!(words(ready, update, suspend).await, expected, "{ready} {update} {suspend:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_stopped_keeps_no_fence_waiting_and_is_found() {
    let state = json!({ "ready": "READY", "config_update": "NOT_UPDATING" });
    for (entity, word) in [
        (json!({ "external_model": { "name": "x", "openai_config": { "openai_api_key": "a secret" } } }), "external"),
        (json!({ "foundation_model": { "name": "x" } }), "foundation"),
        (json!({ "entity_name": "system.ai.x", "max_provisioned_throughput": 9_500 }), "throughput"),
        (json!({ "entity_name": "system.ai.x", "provisioned_model_units": 50 }), "throughput"),
    ] {
        for want in [FENCED, "running"] {
            let next = judged("serving_endpoint", endpoint(&entity, &state), json!([]), want, Value::Null).await;
            assert!(matches!(next, Next::Satisfied { .. }), "{word}: {next:?}");
        }
        let (stage, looked) = seen("serving_endpoint", endpoint(&entity, &state), json!([])).await;
        let record = stage.workspace.record(&looked);
        assert!(!record.active && record.starts.is_empty(), "{record:?}");
        assert!(record.findings.iter().any(|finding| finding.contains(word)), "{record:?}");
        assert!(!looked.facts.to_string().contains("a secret"), "S23: {}", looked.facts);
    }
}

#[tokio::test]
async fn what_may_serve_a_custom_model_is_not_taken_for_what_cannot_be_stopped() {
    let state = json!({ "ready": "READY", "config_update": "NOT_UPDATING" });
    let mixed = json!([{ "foundation_model": { "name": "x" } }, custom()]);
    for read in [
        json!({ "name": "7", "state": state }),
        json!({ "name": "7", "state": state, "config": { "served_entities": mixed } }),
        json!({ "name": "7", "state": state, "config": { "served_models": [{ "model_name": "m" }] } }),
        json!({ "name": "7", "state": state, "pending_config": { "served_entities": [custom()] } }),
    ] {
        let next = judged("serving_endpoint", read, json!([]), FENCED, Value::Null).await;
        let stop = json!({ "endpoint": "serving-endpoints/stop", "id": "7", "body": {} });
        assert_eq!(requests(next), [stop]);
    }
    let (_, looked) = seen("serving_endpoint", endpoint(&custom(), &state), json!([])).await;
    assert!(!looked.facts.to_string().contains("a secret"), "S23: {}", looked.facts);
}

#[tokio::test]
async fn only_an_endpoint_that_was_not_stopped_gets_a_start_s15() {
    let stopped = json!({ "ready": "NOT_READY", "config_update": "NOT_UPDATING", "suspend": "STOPPED" });
    let failed = json!({ "ready": "READY", "config_update": "UPDATE_FAILED" });
    for (state, starts) in [(stopped, 0), (failed, 1)] {
        let (stage, looked) = seen("serving_endpoint", endpoint(&custom(), &state), json!([])).await;
        let record = stage.workspace.record(&looked);
        assert_eq!((record.active, record.starts.len(), record.findings.len()), (starts == 1, starts, starts));
    }
}

#[tokio::test]
async fn the_listing_of_endpoints_reads_each_that_may_serve_a_custom_model() {
    let rented = json!({ "name": "rented", "config": { "served_entities": [{ "entity_name": "system.ai.x" }] } });
    let foreign = json!({ "name": "foreign", "config": { "served_entities": [{ "external_model": {} }] } });
    let hidden = json!({ "name": "hidden", "config": { "served_entities": [custom()] } });
    let gone = json!({ "name": "gone", "config": { "served_entities": [custom()] } });
    let stage = Stage::personal(move |line, _| match line.rsplit('/').next().unwrap_or_default() {
        "serving-endpoints" => ok(&json!({ "endpoints": [rented, foreign, hidden, gone] })),
        "rented" => {
            let entity = json!({ "entity_name": "system.ai.x", "max_provisioned_throughput": 1 });
            ok(&json!({ "name": "rented", "config": { "served_entities": [entity] } }))
        }
        "hidden" => reply(403, &[], r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#),
        "gone" => reply(404, &[], r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}"#),
        other => panic!("{other}"),
    });
    let listed = stage.workspace.list("serving_endpoint", ReadPurpose::Fence, &stage.admission).await.unwrap();
    let active: Vec<(&str, bool)> =
        listed.iter().map(|seen| (seen.id.as_str(), stage.workspace.record(seen).active)).collect();
    assert_eq!(active, [("rented", false), ("foreign", false), ("hidden", true)]);
    let hidden = stage.workspace.record(&listed[2]);
    assert!(hidden.starts.is_empty(), "it may have been off (S15): {hidden:?}");
    assert!(hidden.findings.iter().any(|finding| finding.contains("may not be read")), "{hidden:?}");
}

fn schedule(pause: &str) -> Value {
    json!({
        "dashboard_id": "d",
        "schedule_id": "7",
        "display_name": "daily",
        "cron_schedule": { "quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC" },
        "pause_status": pause,
        "warehouse_id": "w",
        "etag": "5",
        "a_new_member": { "kept": true },
    })
}

#[tokio::test]
async fn a_schedule_goes_back_whole_with_its_etag_and_another_pause_status() {
    for (from, to, want) in [("UNPAUSED", "PAUSED", FENCED), ("PAUSED", "UNPAUSED", "activated")] {
        let next = judged("dashboard_schedule", schedule(from), json!([]), want, Value::Null).await;
        let put = json!({ "endpoint": "lakeview/update-schedule", "id": "d/7", "body": schedule(to) });
        assert_eq!(requests(next), [put]);
        let next = judged("dashboard_schedule", schedule(to), json!([]), want, Value::Null).await;
        assert!(matches!(next, Next::Satisfied { .. }), "{next:?}");
    }
    let mut unsaid = schedule("PAUSED");
    unsaid.as_object_mut().unwrap().remove("pause_status");
    let next = judged("dashboard_schedule", unsaid, json!([]), FENCED, Value::Null).await;
    assert!(matches!(next, Next::Call(_)), "{next:?}");
}

#[tokio::test]
async fn an_etag_that_no_longer_matches_is_a_conflict_that_is_tried_again() {
    let stage = Stage::personal(|line, _| match line.starts_with("PUT ") {
        true => reply(409, &[], r#"{"error_code":"ABORTED","message":"the etag does not match"}"#),
        false => ok(&schedule("UNPAUSED")),
    });
    let looked =
        stage.workspace.look("dashboard_schedule", "d/7", ReadPurpose::Fence, &stage.admission).await.unwrap().unwrap();
    let api_calls =
        stage.workspace.next_of_all(&crate::judgments::step("dashboard_schedule", FENCED, Value::Null), &[&looked]);
    let Next::Call(api_calls) = api_calls else { panic!("{api_calls:?}") };
    let fault = stage.workspace.call(&api_calls[0], &stage.admission).await.unwrap_err();
    assert_eq!((fault.code, fault.reaction), (codes::CONFLICT, Reaction::Again { after_ms: None }));
}

/// Three dashboards: the schedules of one are shown, those of another are not, and the third was removed.
fn dashboards() -> Stage {
    let dashboard = |id: &str| json!({ "dashboard_id": id, "display_name": "Sales", "warehouse_id": "usual" });
    Stage::personal(move |line, _| {
        let path = line.split(['?', ' ']).nth(1).unwrap_or_default();
        match path.trim_start_matches("/api/2.0/lakeview/dashboards") {
            "" => ok(&json!({ "dashboards": [dashboard("d"), dashboard("hidden"), dashboard("gone")] })),
            "/d/schedules" => {
                let mut bare = schedule("UNPAUSED");
                for key in ["display_name", "warehouse_id"] {
                    bare.as_object_mut().unwrap().remove(key);
                }
                bare["schedule_id"] = json!("8");
                ok(&json!({ "schedules": [schedule("PAUSED"), bare] }))
            }
            "/hidden/schedules" | "/hidden/schedules/%2A" => {
                reply(403, &[], r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#)
            }
            "/gone/schedules" => reply(404, &[], r#"{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no"}"#),
            other => panic!("{other}"),
        }
    })
}

#[tokio::test]
async fn schedules_are_named_after_their_dashboard_and_wake_their_warehouse_or_its() {
    let stage = dashboards();
    let listed = stage.workspace.list("dashboard_schedule", ReadPurpose::Fence, &stage.admission).await.unwrap();
    let told = listed.iter().map(|seen| {
        let record = stage.workspace.record(seen);
        let wakes = record.can_start[0].id.clone().unwrap();
        format!("{} {:?} {} {wakes} {}", record.id, record.name, record.state, record.starts.len())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            r#"d/7 "Sales: daily" paused w 0"#,
            r#"d/8 "Sales: 0 0 6 * * ?" on usual 1"#,
            r#"hidden/* "Sales: all schedules" not shown usual 0"#,
        ]
    );
}

#[tokio::test]
async fn a_dashboard_whose_schedules_are_not_shown_needs_a_person_and_keeps_no_other_waiting_l4() {
    let stage = dashboards();
    let listed = stage.workspace.list("dashboard_schedule", ReadPurpose::Fence, &stage.admission).await.unwrap();
    let step = crate::judgments::step("dashboard_schedule", FENCED, Value::Null);
    let next = stage.workspace.next_of_all(&step, &listed.iter().collect::<Vec<_>>());
    assert_eq!(requests(next).len(), 1, "the one that is on");
    let hidden = listed.last().unwrap();
    assert!(stage.workspace.record(hidden).findings[0].contains("may not be read"));
    let next = stage.workspace.next_of_all(&step, &[hidden]);
    assert_eq!(code(next), codes::PERMISSION_DENIED.as_str());
    let looked = stage.workspace.look("dashboard_schedule", &hidden.id, ReadPurpose::Fence, &stage.admission).await;
    assert_eq!(looked.unwrap_err().code, codes::PERMISSION_DENIED);
}
