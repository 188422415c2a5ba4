//! Makes the jobs of an estate.
//!
//! Law: about 15 % of the jobs with a start are paused on purpose on the primary. The counterpart
//! of a job on the standby differs in ids, pause status and limit, and in nothing else.
//! Must not know: how a job runs.

use rand::{Rng, rngs::SmallRng};
use serde_json::{Value, json};

use super::{
    Holdings, JobSeed, Live,
    names::{Ids, name},
    recipes::{self, Refers, STARTS, Start, WORKS, Work},
};
use crate::job_edits::completed;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// One logical job, before its settings are written for a side.
struct Plan {
    index: usize,
    name: String,
    start: Start,
    work: Work,
    paused: bool,
    limit: i64,
    queues: bool,
    retries: bool,
    bundled: bool,
    cluster: usize,
    pool: usize,
    warehouse: usize,
    pipeline: usize,
    job: usize,
}

pub(super) fn add_jobs(rng: &mut SmallRng, ids: &Ids, sides: &mut [Holdings; 2], duplicates: bool) {
    let count = ids.jobs[0].len();
    for index in 0..count {
        let plan = plan(rng, ids, index, duplicates);
        let live = if plan.paused { Vec::new() } else { live(rng, &plan) };
        let minutes = if plan.start == Start::Continuous { 30..90 } else { 2..20 };
        let typical_ms = rng.random_range(minutes) * MINUTE_MS;
        let flaky = if plan.retries { 0.25 } else { 0.03 };
        let creator = (index % 37 != 36).then(|| "data-platform@cloud.example".to_owned());
        for (side, held) in sides.iter_mut().enumerate() {
            held.jobs.push(JobSeed {
                id: ids.jobs[side][index],
                age_ms: i64::try_from(count - index).unwrap_or(1) * DAY_MS / 4 + 2 * DAY_MS,
                creator: creator.clone(),
                settings: settings(&plan, ids, side),
                work: format!("job-{index:04}"),
                typical_ms,
                flaky,
                live: if side == 0 { live.clone() } else { Vec::new() },
                run_ids: Vec::new(),
            });
        }
    }
}

fn plan(rng: &mut SmallRng, ids: &Ids, index: usize, duplicates: bool) -> Plan {
    let start = STARTS[index % STARTS.len()];
    // One job in forty has the name of the job before it.
    let twin = duplicates && index % 40 == 21;
    let named = if twin { index - 1 } else { index };
    let many = rng.random_bool(0.25) && start != Start::Continuous;
    Plan {
        index,
        name: name("job", named),
        start,
        work: kind_of_work(start, index),
        paused: index % 7 == 5 && start != Start::Nothing,
        limit: if many { rng.random_range(2..11) } else { 1 },
        queues: rng.random_bool(0.3),
        retries: rng.random_bool(0.25) && start != Start::Continuous,
        bundled: rng.random_bool(0.15),
        cluster: rng.random_range(0..ids.clusters[0].len()),
        pool: rng.random_range(0..ids.pools[0].len()),
        warehouse: rng.random_range(0..ids.warehouses[0].len()),
        pipeline: triggered(rng.random_range(0..ids.pipelines[0].len())),
        job: index.saturating_sub(rng.random_range(1..4)),
    }
}

/// The work of a job. Other jobs start a job that nothing else starts, so such a job starts no other job itself.
fn kind_of_work(start: Start, index: usize) -> Work {
    let work = WORKS[index % WORKS.len()];
    match (start, work) {
        (Start::Continuous, Work::Pipeline | Work::Sql | Work::RunJob | Work::ExistingCluster)
        | (Start::Nothing, Work::RunJob) => Work::Serverless,
        (_, work) if index > 0 => work,
        (_, _) => Work::Serverless,
    }
}

/// The nearest pipeline, at or after this one, that is not continuous (see the turns of pipelines).
fn triggered(index: usize) -> usize {
    match index % 5 {
        0 | 3 => index + 1,
        _ => index,
    }
}

fn live(rng: &mut SmallRng, plan: &Plan) -> Vec<Live> {
    if plan.start == Start::Continuous {
        return vec![Live::Running];
    }
    if plan.work == Work::RunJob || !(plan.index.is_multiple_of(6) || rng.random_bool(0.08)) {
        return Vec::new();
    }
    let mut live = vec![if rng.random_bool(0.85) { Live::Running } else { Live::Pending }];
    if plan.limit > 1 && rng.random_bool(0.5) {
        live.push(Live::Running);
    }
    if plan.queues && plan.limit == 1 {
        live.push(Live::Queued);
    }
    live
}

fn settings(plan: &Plan, ids: &Ids, side: usize) -> Value {
    let pipelines = &ids.pipelines[side];
    let to = Refers {
        cluster: &ids.clusters[side][plan.cluster],
        pool: &ids.pools[side][plan.pool],
        warehouse: &ids.warehouses[side][plan.warehouse],
        pipeline: &pipelines[plan.pipeline.min(pipelines.len() - 1)],
        job: ids.jobs[side][plan.job],
    };
    let standby = side == 1;
    let pause = if plan.paused || standby { "PAUSED" } else { "UNPAUSED" };
    let mut task = recipes::task(plan.work, plan.index, &to);
    if plan.retries {
        crate::json::set(&mut task, "max_retries", json!(2));
        crate::json::set(&mut task, "min_retry_interval_millis", json!(60_000));
    }
    let mut settings = crate::json::members(&json!({
        "name": plan.name,
        "tasks": [task],
        "max_concurrent_runs": if standby { 0 } else { plan.limit },
        "queue": { "enabled": plan.queues },
        "tags": { "team": "data-platform" },
        "edit_mode": if plan.bundled { "UI_LOCKED" } else { "EDITABLE" },
    }));
    if plan.work == Work::JobCluster {
        settings.insert("job_clusters".to_owned(), recipes::job_cluster(plan.index, to.pool));
    }
    if plan.bundled {
        let path = format!("/Workspace/bundles/{}/state/metadata.json", plan.name);
        let deployment = json!({ "kind": "BUNDLE", "metadata_file_path": path });
        settings.insert("deployment".to_owned(), deployment);
    }
    if let Some((key, value)) = recipes::start(plan.start, plan.index, pause) {
        settings.insert(key.to_owned(), value);
    }
    completed(settings)
}
