//! Tests the decisions about apps and alerts, as the vendor documents them.

use databricks::codes;
use engine::ports::{Next, Workspace};
use failover::plan::want::FENCED;
use serde_json::{Value, json};

use crate::judgments::{code, judged, requests, seen, states_of};

fn app(state: &str) -> Value {
    let source = "/Workspace/app";
    json!({ "name": "7", "compute_status": { "state": state }, "default_source_code_path": source })
}

#[tokio::test]
async fn an_app_is_fenced_when_its_compute_is_stopped_and_not_before() {
    let expected = "
        STARTING: call wait
        ACTIVE: call so
        UPDATING: call wait
        STOPPING: wait wait
        STOPPED: so call
        ERROR: call call
        DELETING: wait person
        A_NEW_STATE: call wait
    ";
    states_of("app", app, expected).await;
    let without = || json!({ "name": "7" });
    assert!(matches!(judged("app", without(), json!([]), FENCED, Value::Null).await, Next::Call(_)));
    assert!(matches!(judged("app", without(), json!([]), "running", Value::Null).await, Next::Call(_)));
}

#[tokio::test]
async fn an_app_whose_process_crashed_is_not_stopped() {
    let crashed = || {
        let mut crashed = app("ACTIVE");
        crashed["app_status"] = json!({ "state": "CRASHED" });
        crashed
    };
    let stop = json!({ "endpoint": "apps/stop", "id": "7", "body": {} });
    assert_eq!(requests(judged("app", crashed(), json!([]), FENCED, Value::Null).await), [stop]);
    let (stage, looked) = seen("app", crashed(), json!([])).await;
    let record = stage.workspace.record(&looked);
    assert!(record.active && record.findings.iter().any(|finding| finding.contains("crashed")), "{record:?}");
}

#[tokio::test]
async fn what_would_hurt_an_app_is_found() {
    let findings = |read: Value| async move {
        let (stage, looked) = seen("app", read, json!([])).await;
        stage.workspace.record(&looked).findings.join("; ")
    };
    assert_eq!(findings(app("ACTIVE")).await, "");
    assert!(findings(app("ERROR")).await.contains("ERROR"));
    assert!(findings(json!({ "name": "7" })).await.contains("nothing was ever deployed"));
    let mut by_push = app("STOPPED");
    by_push["git_repository"] = json!({ "url": "https://git.example/app", "auto_deploy": true });
    assert!(findings(by_push).await.contains("deploys it by itself"));
}

fn alert(pause: &str) -> Value {
    let schedule = json!({ "quartz_cron_schedule": "0 0 * * * ?", "timezone_id": "UTC", "pause_status": pause });
    json!({ "id": "7", "display_name": "seven", "lifecycle_state": "ACTIVE", "schedule": schedule })
}

#[tokio::test]
async fn an_alert_gets_its_whole_schedule_back_with_another_pause_status() {
    for (from, to, want) in [("UNPAUSED", "PAUSED", FENCED), ("PAUSED", "UNPAUSED", "activated")] {
        let next = judged("alert", alert(from), json!([]), want, Value::Null).await;
        let body = json!({ "schedule": alert(to)["schedule"] });
        assert_eq!(requests(next), [json!({ "endpoint": "alerts/update", "id": "7", "body": body })]);
        let next = judged("alert", alert(to), json!([]), want, Value::Null).await;
        assert!(matches!(next, Next::Satisfied { .. }), "{next:?}");
    }
    let mut unsaid = alert("UNPAUSED");
    unsaid["schedule"].as_object_mut().unwrap().remove("pause_status");
    assert!(matches!(judged("alert", unsaid, json!([]), FENCED, Value::Null).await, Next::Call(_)));
}

#[tokio::test]
async fn only_an_alert_that_was_on_gets_a_start_s15() {
    for (pause, starts) in [("UNPAUSED", 1), ("PAUSED", 0)] {
        let (stage, looked) = seen("alert", alert(pause), json!([])).await;
        let record = stage.workspace.record(&looked);
        assert_eq!((record.active, record.starts.len()), (starts == 1, starts), "{pause}");
    }
}

#[tokio::test]
async fn an_alert_in_the_trash_cannot_trigger_and_cannot_be_started() {
    let mut trashed = alert("UNPAUSED");
    trashed["lifecycle_state"] = json!("DELETED");
    let next = judged("alert", trashed.clone(), json!([]), FENCED, Value::Null).await;
    assert!(matches!(next, Next::Satisfied { .. }), "{next:?}");
    let (stage, looked) = seen("alert", trashed.clone(), json!([])).await;
    assert!(!stage.workspace.record(&looked).active);
    assert_eq!(code(judged("alert", trashed, json!([]), "activated", Value::Null).await), codes::NOT_FOUND.as_str());
}

#[tokio::test]
async fn an_alert_whose_schedule_is_not_shown_is_not_taken_for_paused() {
    let bare = || json!({ "id": "7", "display_name": "seven" });
    let next = judged("alert", bare(), json!([]), FENCED, Value::Null).await;
    assert!(matches!(next, Next::Wait { .. }), "{next:?}");
    let next = judged("alert", bare(), json!([]), "activated", Value::Null).await;
    assert_eq!(code(next), codes::NOTHING_TO_ACTIVATE.as_str());
}
