//! Makes estates of scheduled jobs alone, in any number, with any names and of any size. They are
//! for trying the documented limits of a workspace.
//!
//! Law: the jobs of the primary are on and those of the standby are prepared, in the order of the
//! given names. No run is under way at the start.
//! Must not know: which names are counterparts.

use serde_json::{Map, Value, json};

use super::{Estate, Holdings, JobSeed};
use crate::job_edits::completed;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// Size of one task of a padded job, in bytes, approximately.
const TASK: usize = 1_600;
const PARAMETERS: usize = 16;

impl Estate {
    /// Makes a job for each name on each side. The JSON of one job has at least `bytes` bytes, in tasks.
    #[must_use]
    pub fn of_jobs(primary: &[String], standby: &[String], bytes: usize) -> Estate {
        let held = |names: &[String], side: i64| Holdings {
            jobs: names.iter().zip(0..).map(|(name, index)| job(name, index, side, bytes)).collect(),
            ..Holdings::default()
        };
        Estate { sides: [held(primary, 0), held(standby, 1)], map: Vec::new() }
    }
}

fn job(name: &str, index: i64, side: i64, bytes: usize) -> JobSeed {
    let (pause, limit) = if side == 0 { ("UNPAUSED", 1) } else { ("PAUSED", 0) };
    let settings = json!({
        "name": name,
        "tasks": (0..=bytes / TASK).map(|task| padded(task, bytes)).collect::<Value>(),
        "max_concurrent_runs": limit,
        "queue": { "enabled": false },
        "edit_mode": "EDITABLE",
        // It fires once a year, so that a pair of any size costs no run in a test.
        "schedule": { "quartz_cron_expression": "0 0 4 1 8 ?", "timezone_id": "UTC", "pause_status": pause },
    });
    JobSeed {
        id: (side + 1) * 100_000_000 + index,
        age_ms: DAY_MS,
        creator: Some("data-platform@cloud.example".to_owned()),
        settings: completed(crate::json::members(&settings)),
        work: format!("job-{index}"),
        typical_ms: MINUTE_MS,
        flaky: 0.0,
        live: Vec::new(),
        run_ids: Vec::new(),
    }
}

/// A task with many short texts, since these take memory.
fn padded(task: usize, bytes: usize) -> Value {
    let count = if bytes == 0 { 0 } else { PARAMETERS };
    let parameters: Map<String, Value> =
        (0..count).map(|number| (format!("parameter_{number}"), json!("x".repeat(TASK / PARAMETERS)))).collect();
    json!({
        "task_key": format!("task_{task}"),
        "notebook_task": {
            "notebook_path": "/Repos/main/job",
            "source": "WORKSPACE",
            "base_parameters": parameters,
        },
        "environment_key": "default",
    })
}
