//! Tests who or what last changed a resource, if its API shows that: the guard names it.

use engine::ports::Workspace;
use serde_json::{Value, json};

use crate::judgments::seen;

async fn told(kind: &str, read: Value) -> Option<String> {
    let (stage, looked) = seen(kind, read, json!([])).await;
    stage.workspace.changed_by(&looked)
}

#[tokio::test]
async fn an_editor_and_a_time_are_told_and_what_no_api_shows_is_not_made_up() {
    let app = json!({ "name": "portal", "updater": "ann@cloud.example", "update_time": "2026-01-05T09:58:00Z" });
    let changed = "it was last changed by ann@cloud.example at 2026-01-05T09:58:00Z";
    assert_eq!(told("app", app).await.as_deref(), Some(changed));
    let alert = json!({ "id": "7", "display_name": "late", "update_time": "2026-01-05T09:58:00Z" });
    assert_eq!(told("alert", alert).await.as_deref(), Some("it was last changed at 2026-01-05T09:58:00Z"));
    assert_eq!(told("sql_warehouse", json!({ "id": "7", "name": "shared", "state": "RUNNING" })).await, None);
}

#[tokio::test]
async fn a_run_names_who_started_it_and_a_job_what_deploys_it() {
    let run = json!({
        "run_id": 7, "job_id": 1, "run_type": "JOB_RUN", "trigger": "PERIODIC", "creator_user_name": "ann@cloud.example",
        "start_time": 1_767_606_000_000_i64, "state": { "life_cycle_state": "RUNNING" },
    });
    let started = "started by PERIODIC for ann@cloud.example at 2026-01-05T09:40:00Z";
    assert_eq!(told("run", run).await.as_deref(), Some(started));
    let job = json!({ "job_id": 7, "settings": { "name": "load", "deployment": { "kind": "BUNDLE" } } });
    assert!(told("job", job).await.is_some_and(|told| told.contains("deployed by a bundle")));
    assert_eq!(told("job", json!({ "job_id": 7, "settings": { "name": "load" } })).await, None);
}
