//! Makes the settings of jobs: their starts and their tasks.
//!
//! Law: everything here is a plain function of the index and the draws that it is given.
//! Must not know: which side a job is on, except for the ids that it refers to.

use serde_json::{Value, json};

use super::{Holdings, Live};

/// The start of a job. Every kind comes up within sixteen jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Schedule,
    FileArrival,
    TableUpdate,
    Periodic,
    Continuous,
    Several,
    Nothing,
}

/// The turns in which starts come up. About half are schedules.
pub(super) const STARTS: [Start; 16] = [
    Start::Schedule,
    Start::Continuous,
    Start::FileArrival,
    Start::Schedule,
    Start::Several,
    Start::Schedule,
    Start::Nothing,
    Start::Schedule,
    Start::TableUpdate,
    Start::Schedule,
    Start::Periodic,
    Start::Schedule,
    Start::Schedule,
    Start::Nothing,
    Start::FileArrival,
    Start::Schedule,
];

pub(super) const CRONS: [&str; 6] =
    ["0 0/15 * * * ?", "0 5 * * * ?", "0 0/30 * * * ?", "0 30 0/2 * * ?", "0 15 6 * * ?", "0 45 5 ? * MON-FRI"];

/// The settings member that starts a job, with its pause status.
pub(super) fn start(start: Start, index: usize, pause: &str) -> Option<(&'static str, Value)> {
    let cron = CRONS[index % CRONS.len()];
    match start {
        Start::Schedule => Some((
            "schedule",
            json!({
                "quartz_cron_expression": cron,
                "timezone_id": "UTC",
                "pause_status": pause,
            }),
        )),
        Start::FileArrival => Some((
            "trigger",
            json!({
                "file_arrival": {
                    "url": format!("s3://landing-example/{index:04}/"),
                    "min_time_between_triggers_seconds": 60,
                },
                "pause_status": pause,
            }),
        )),
        Start::TableUpdate => Some((
            "trigger",
            json!({
                "table_update": {
                    "table_names": [format!("main.silver.t{index:04}")],
                    "condition": "ANY_UPDATED",
                },
                "pause_status": pause,
            }),
        )),
        Start::Periodic => Some((
            "trigger",
            json!({
                "periodic": { "interval": 1 + index % 3, "unit": "HOURS" },
                "pause_status": pause,
            }),
        )),
        Start::Continuous => Some(("continuous", json!({ "pause_status": pause }))),
        Start::Several => Some(("triggers", several(index, cron, pause))),
        Start::Nothing => None,
    }
}

/// Two triggers. In every second job of this kind the file arrival is paused on purpose.
fn several(index: usize, cron: &str, pause: &str) -> Value {
    let paused = if index % 32 == 4 { "PAUSED" } else { pause };
    json!([
        {
            "schedule": { "quartz_cron_expression": cron, "timezone_id": "UTC" },
            "pause_status": pause,
        },
        {
            "file_arrival": { "url": format!("s3://landing-example/several/{index:04}/") },
            "pause_status": paused,
        },
    ])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    JobCluster,
    ExistingCluster,
    Serverless,
    Pipeline,
    Sql,
    RunJob,
}

/// The turns in which work comes up.
pub(super) const WORKS: [Work; 11] = [
    Work::JobCluster,
    Work::Serverless,
    Work::ExistingCluster,
    Work::JobCluster,
    Work::Pipeline,
    Work::JobCluster,
    Work::Serverless,
    Work::Sql,
    Work::JobCluster,
    Work::ExistingCluster,
    Work::RunJob,
];

/// The ids of one side that a job's task refers to.
pub(super) struct Refers<'a> {
    pub(super) cluster: &'a str,
    pub(super) pool: &'a str,
    pub(super) warehouse: &'a str,
    pub(super) pipeline: &'a str,
    pub(super) job: i64,
}

/// The first task of a job.
pub(super) fn task(work: Work, index: usize, to: &Refers<'_>) -> Value {
    let notebook = json!({
        "notebook_path": format!("/Repos/main/jobs/{index:04}"),
        "source": "WORKSPACE",
    });
    match work {
        Work::JobCluster => json!({
            "task_key": "main", "notebook_task": notebook, "job_cluster_key": "shared",
        }),
        Work::ExistingCluster => json!({
            "task_key": "main", "notebook_task": notebook, "existing_cluster_id": to.cluster,
        }),
        Work::Serverless => json!({
            "task_key": "main", "notebook_task": notebook, "environment_key": "default",
        }),
        Work::Pipeline => json!({
            "task_key": "main",
            "pipeline_task": { "pipeline_id": to.pipeline, "full_refresh": false },
        }),
        Work::Sql => json!({
            "task_key": "main",
            "sql_task": {
                "warehouse_id": to.warehouse,
                "file": { "path": format!("/Repos/main/sql/{index:04}.sql"), "source": "WORKSPACE" },
            },
        }),
        Work::RunJob => json!({ "task_key": "main", "run_job_task": { "job_id": to.job } }),
    }
}

/// The cluster that runs of a job make for themselves. One index in eight takes its instances from a pool.
pub(super) fn job_cluster(index: usize, pool: &str) -> Value {
    let mut spec = json!({
        "spark_version": "16.4.x-scala2.12",
        "num_workers": 1 + index % 2,
        "aws_attributes": { "zone_id": "auto" },
    });
    if index.is_multiple_of(8) {
        crate::json::set(&mut spec, "instance_pool_id", json!(pool));
    } else {
        crate::json::set(&mut spec, "node_type_id", json!("i3.xlarge"));
    }
    json!([{ "job_cluster_key": "shared", "new_cluster": spec }])
}

/// Adds one-time runs that nobody saved as a job.
pub(super) fn add_submitted(held: &mut Holdings, count: usize) {
    for index in 0..count {
        let task = json!({
            "task_key": "main",
            "notebook_task": { "notebook_path": format!("/Shared/once-{index:02}") },
            "environment_key": "default",
        });
        let work = format!("submitted-{index:04}");
        held.submitted.push((format!("backfill-{index:02}"), vec![task], work));
    }
}

/// The tasks of a job's settings.
pub(super) fn tasks(settings: &mut Value) -> impl Iterator<Item = &mut serde_json::Map<String, Value>> {
    let tasks = settings.get_mut("tasks").and_then(Value::as_array_mut);
    tasks.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Leaves one run under way: the first job gets it.
pub(super) fn keep_one_run(held: &mut Holdings) {
    held.submitted.clear();
    for job in &mut held.jobs {
        job.live.clear();
    }
    if let Some(job) = held.jobs.first_mut() {
        job.live.push(Live::Running);
    }
}
