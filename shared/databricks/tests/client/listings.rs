//! Tests which requests a listing makes, and which resources it returns.

use std::collections::BTreeMap;

use engine::ports::{Observed, ReadPurpose, Workspace};
use serde_json::{Value, json};

use crate::canned::{Stage, ok};

async fn listed(stage: &Stage, kind: &str, read_purpose: ReadPurpose) -> BTreeMap<String, Observed> {
    let listed = stage.workspace.list(kind, read_purpose, &stage.admission).await.unwrap();
    listed.into_iter().map(|seen| (seen.id.clone(), seen)).collect()
}

fn paths(stage: &Stage) -> Vec<String> {
    stage.sent().iter().map(|line| line.split(['?', ' ']).nth(1).unwrap_or("").to_owned()).collect()
}

/// Two runs. The documented `active_only` shows only one of them.
fn runs() -> Stage {
    let run = |id: i64, state: &str| json!({ "run_id": id, "job_id": 1, "state": { "life_cycle_state": state } });
    Stage::personal(move |line, _| {
        if line.contains("/jobs/list") {
            return ok(&json!({ "jobs": [{ "job_id": 1, "settings": { "max_concurrent_runs": 0 } }] }));
        }
        if line.contains("active_only=true") {
            return ok(&json!({ "runs": [run(11, "RUNNING")] }));
        }
        assert!(line.contains("start_time_from="), "{line}");
        ok(&json!({ "runs": [run(13, "TERMINATED"), run(12, "WAITING_FOR_RETRY"), run(11, "TERMINATING")] }))
    })
}

#[tokio::test]
async fn runs_that_active_only_does_not_name_are_found_and_the_newer_reading_counts() {
    let stage = runs();
    let found = listed(&stage, "run", ReadPurpose::Fence).await;
    let states: Vec<(&str, &Value)> = found.iter().map(|(id, run)| (id.as_str(), &run.facts["state"])).collect();
    assert_eq!(states, [("11", &json!("TERMINATING")), ("12", &json!("WAITING_FOR_RETRY"))]);
}

#[tokio::test]
async fn what_starts_work_is_read_before_the_work() {
    let stage = runs();
    let jobs = listed(&stage, "job", ReadPurpose::Fence).await;
    assert_eq!(jobs["1"].facts["runs"].as_array().unwrap().len(), 2);
    let read = paths(&stage);
    assert_eq!(read, ["/api/2.2/jobs/list", "/api/2.2/jobs/runs/list", "/api/2.2/jobs/runs/list"]);
    listed(&stage, "job", ReadPurpose::Start).await;
    assert_eq!(paths(&stage), ["/api/2.2/jobs/list"], "a start needs no runs");
}

fn cluster(id: &str, source: &str, state: &str) -> Value {
    json!({ "cluster_id": id, "cluster_name": id, "cluster_source": source, "state": state })
}

/// Answers each filter as documented.
fn clusters() -> Stage {
    let all = [
        cluster("ui-off", "UI", "TERMINATED"),
        cluster("api-on", "API", "RUNNING"),
        cluster("job-on", "JOB", "RUNNING"),
        cluster("job-off", "JOB", "TERMINATED"),
        cluster("sql-on", "SQL", "RUNNING"),
    ];
    Stage::personal(move |line, _| {
        let fits = |cluster: &&Value| {
            let of = |key: &str| cluster[key].as_str().unwrap_or_default().to_owned();
            let by_source = line.contains("filter_by.cluster_sources=");
            let by_state = line.contains("filter_by.cluster_states=");
            if line.contains("filter_by.is_pinned=true") {
                return of("cluster_id") == "ui-off";
            }
            assert!(by_source != by_state, "{line}");
            (by_source && line.contains(&format!("cluster_sources={}", of("cluster_source"))))
                || (by_state && line.contains(&format!("cluster_states={}", of("state"))))
        };
        ok(&json!({ "clusters": all.iter().filter(fits).collect::<Vec<_>>() }))
    })
}

#[tokio::test]
async fn job_clusters_are_seen_while_they_live_and_never_recorded() {
    let stage = clusters();
    let found = listed(&stage, "cluster", ReadPurpose::Fence).await;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["api-on", "job-on", "ui-off"]);
    let recorded: Vec<&String> =
        found.iter().filter(|(_, seen)| stage.workspace.recorded(seen)).map(|(id, _)| id).collect();
    assert_eq!(recorded, ["api-on", "ui-off"]);
}

#[tokio::test]
async fn a_filter_that_is_ignored_lets_nothing_else_in() {
    let everything =
        json!({ "clusters": [cluster("job-off", "JOB", "TERMINATED"), cluster("sql-on", "SQL", "RUNNING")] });
    let stage = Stage::personal(move |_, _| ok(&everything));
    assert!(listed(&stage, "cluster", ReadPurpose::Fence).await.is_empty());
    assert!(listed(&stage, "cluster", ReadPurpose::Start).await.is_empty());
}

#[tokio::test]
async fn an_unpinned_cluster_is_a_finding() {
    let stage = clusters();
    let found = listed(&stage, "cluster", ReadPurpose::Fence).await;
    let findings = |id: &str| stage.workspace.record(&found[id]).findings;
    assert!(findings("ui-off").is_empty());
    assert!(findings("api-on").iter().any(|finding| finding.contains("not pinned")));
}
