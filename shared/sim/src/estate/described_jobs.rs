//! Makes the jobs and one-time runs of a described estate.
//!
//! Law: a job has the single starters that are said to be on, and all triggers of its list, on or
//! off. It has no other starter, since a description does not name a single starter that is off.
//! Must not know: other kinds, except for the ids that tasks name.

use serde_json::{Map, Value, json};

use super::{
    JobSeed, Live,
    described::{DAY_MS, Description, Making, OWNER, hourly, pause, tags},
};
use crate::{
    job_edits::completed,
    json::{items, number, text},
};

/// Duration of a run if nothing is known of it, ms.
const RUN_MS: i64 = 20 * 60_000;
/// The single starters, as the API of jobs names them.
const STARTERS: [&str; 3] = ["schedule", "trigger", "continuous"];

pub(super) fn add_job(making: &mut Making, one: &Description) {
    let runs: Vec<i64> = items(&one.details, "runs").iter().filter_map(Value::as_i64).collect();
    let place = making.sides[0].jobs.len();
    // A run whose compute is off has not begun its work.
    let under_way = if making.uses_what_is_off(one) { Live::Pending } else { Live::Running };
    for side in 0..2 {
        let id = making.on(side, "job", &one.id).and_then(|id| id.parse().ok()).unwrap_or_default();
        let mut settings = starters(one, side == 0, place);
        let limit = number(&one.details, "max_concurrent_runs").filter(|_| side == 0).unwrap_or(0);
        settings.insert("name".to_owned(), json!(one.name));
        settings.insert("tags".to_owned(), tags(one));
        settings.insert("max_concurrent_runs".to_owned(), json!(limit));
        settings.insert("queue".to_owned(), json!({ "enabled": false }));
        settings.insert("tasks".to_owned(), tasks(making, side, one));
        let mut live = vec![under_way; if side == 0 { runs.len() } else { 0 }];
        if side == 0 && live.is_empty() && one.details.pointer("/on/continuous").is_some() {
            // A continuous job that is on has a run under way [docs: jobs/continuous].
            live.push(Live::Running);
        }
        making.sides[side].jobs.push(JobSeed {
            id,
            age_ms: DAY_MS,
            creator: Some(OWNER.to_owned()),
            settings: completed(settings),
            work: format!("job-{}", one.id),
            typical_ms: RUN_MS,
            flaky: 0.0,
            live,
            run_ids: if side == 0 { runs.clone() } else { Vec::new() },
        });
    }
}

fn starters(one: &Description, on: bool, place: usize) -> Map<String, Value> {
    let mut found = Map::new();
    let Some(which) = one.details.get("on") else { return found };
    for name in STARTERS.into_iter().filter(|name| which.get(*name) == Some(&json!(true))) {
        found.insert(name.to_owned(), starter(name, on, place));
    }
    let listed = items(which, "triggers").iter().map(|is_on| entry(on && is_on == &json!(true), place));
    let listed: Vec<Value> = listed.collect();
    if !listed.is_empty() {
        found.insert("triggers".to_owned(), Value::Array(listed));
    }
    found
}

fn starter(name: &str, on: bool, place: usize) -> Value {
    let status = pause(on);
    match name {
        "schedule" => {
            json!({ "quartz_cron_expression": hourly(place), "timezone_id": "UTC", "pause_status": status })
        }
        "trigger" => json!({ "file_arrival": { "url": format!("s3://arrivals/{place}/") }, "pause_status": status }),
        _ => json!({ "pause_status": status }),
    }
}

/// One entry of the list of triggers.
fn entry(on: bool, place: usize) -> Value {
    json!({
        "schedule": { "quartz_cron_expression": hourly(place), "timezone_id": "UTC" },
        "pause_status": pause(on),
    })
}

/// One task for each thing that the job starts. A job that starts nothing has one task that needs nothing.
fn tasks(making: &Making, side: usize, one: &Description) -> Value {
    let notebook = json!({ "notebook_path": "/Repos/main/job", "source": "WORKSPACE" });
    let mut tasks = Vec::new();
    for used in items(&one.details, "uses") {
        let (kind, key) = (text(used, "kind"), format!("task_{}", tasks.len()));
        let Some(id) = making.on(side, kind, text(used, "id")) else { continue };
        tasks.extend(match kind {
            "cluster" => Some(json!({ "task_key": key, "notebook_task": notebook, "existing_cluster_id": id })),
            "pipeline" => Some(json!({ "task_key": key, "pipeline_task": { "pipeline_id": id } })),
            "warehouse" => {
                let file = json!({ "path": "/Repos/main/job.sql", "source": "WORKSPACE" });
                Some(json!({ "task_key": key, "sql_task": { "warehouse_id": id, "file": file } }))
            }
            _ => None,
        });
    }
    if tasks.is_empty() {
        tasks.push(json!({ "task_key": "main", "notebook_task": notebook, "environment_key": "default" }));
    }
    Value::Array(tasks)
}

pub(super) fn add_run(making: &mut Making, one: &Description) {
    let task = json!({
        "task_key": "main",
        "notebook_task": { "notebook_path": "/Shared/once" },
        "environment_key": "default",
    });
    making.sides[0].submitted.push((one.name.clone(), vec![task], format!("run-{}", one.id)));
}
