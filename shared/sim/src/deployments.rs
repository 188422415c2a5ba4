//! Simulates deployments and new jobs that somebody makes beside everything else.
//!
//! Law: a deployment does to jobs only what the deployment of a bundle does
//! [cli: bundle/config/mutator/resourcemutator/resource_mutator.go]. Its files call no schedule,
//! trigger or continuous mode paused, so each is UNPAUSED again, also if somebody has paused it
//! since. A limit of 0 runs becomes 1 again.
//! Must not know: who else changes jobs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    job_edits::completed,
    jobs::Job,
    json::members,
    kept::Kept,
    ledger::By,
    wire::{Side, USER_NAME},
    workspace::Workspace,
    world::World,
};

impl World {
    /// Deploys to the first `count` jobs of a side that have a starter, and returns their ids.
    pub fn deploy(&mut self, now_ms: i64, side: Side, count: usize) -> Vec<i64> {
        self.advance(now_ms);
        let deployed = self.space_mut(side).deploy_jobs(count);
        self.write_down();
        deployed
    }
}

impl World {
    /// Adds a job that runs every hour and has no counterpart on the other side. Returns its id.
    pub fn add_job(&mut self, now_ms: i64, side: Side, name: &str) -> i64 {
        self.advance(now_ms);
        let id = self.space_mut(side).settle_hourly_job(name);
        self.write_down();
        id
    }
}

/// The hidden key of a canary. A canary is nobody's work, and the auditor does not count its runs.
pub(crate) const CANARY: &str = "canary";

impl World {
    /// Adds a canary: a job whose runs prove something and process nobody's data. A canary that is
    /// `sick` fails. Returns its id.
    pub fn add_canary(&mut self, now_ms: i64, side: Side, name: &str, sick: bool) -> i64 {
        self.advance(now_ms);
        let id = self.space_mut(side).settle_canary(name, sick);
        self.write_down();
        id
    }
}

impl Workspace {
    fn settle_canary(&mut self, name: &str, sick: bool) -> i64 {
        let settings = json!({
            "name": name,
            "max_concurrent_runs": 1,
            "tasks": [{ "task_key": "prove", "notebook_task": { "notebook_path": "/Shared/canary" } }],
        });
        self.settle_new_job(&settings, CANARY, if sick { 1.0 } else { 0.0 })
    }

    fn settle_hourly_job(&mut self, name: &str) -> i64 {
        let settings = json!({
            "name": name,
            "max_concurrent_runs": 1,
            "schedule": {
                "quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED",
            },
            "tasks": [{ "task_key": "main", "notebook_task": { "notebook_path": "/Shared/new" } }],
        });
        let id = self.settle_new_job(&settings, &format!("made: {name}"), 0.0);
        // A job that a person makes in the vendor's pages is saved like this.
        let saved = completed(members(&settings));
        self.save_settings(id, saved, By::Itself);
        id
    }

    fn settle_new_job(&mut self, settings: &Value, work: &str, flaky: f64) -> i64 {
        let id = self.next_job;
        self.next_job += 1;
        let settings = completed(members(settings));
        let job = Job {
            id,
            created_ms: self.now,
            creator: Some(USER_NAME.to_owned()),
            settings,
            work: work.to_owned(),
            typical_ms: 45_000,
            flaky,
            generation: 0,
            starters: Vec::new(),
            runs: BTreeSet::new(),
            active: BTreeSet::new(),
            queued: BTreeSet::new(),
            failures: 0,
            runs_made: 0,
        };
        self.jobs.insert(id, job.into());
        id
    }

    fn deploy_jobs(&mut self, count: usize) -> Vec<i64> {
        let starts = |job: &&Kept<Job>| STARTERS.iter().any(|key| job.settings.get(*key).is_some());
        let ids: Vec<i64> = self.jobs.values().filter(starts).map(|job| job.id).take(count).collect();
        for id in &ids {
            let Some(mut settings) = self.jobs.get(id).map(|job| job.settings.clone()) else { continue };
            for key in STARTERS {
                match settings.get_mut(key) {
                    Some(Value::Array(entries)) => entries.iter_mut().for_each(unpause),
                    Some(entry) => unpause(entry),
                    None => {}
                }
            }
            if settings.get("max_concurrent_runs") == Some(&json!(0)) {
                settings["max_concurrent_runs"] = json!(1);
            }
            settings["deployment"] =
                json!({ "kind": "BUNDLE", "metadata_file_path": "/Workspace/deploy/metadata.json" });
            self.about_to_write(crate::stale::Kind::Job, &id.to_string());
            self.save_settings(*id, settings, By::Itself);
        }
        ids
    }
}

const STARTERS: [&str; 4] = ["schedule", "trigger", "continuous", "triggers"];

fn unpause(entry: &mut Value) {
    if let Some(object) = entry.as_object_mut() {
        object.insert("pause_status".to_owned(), json!("UNPAUSED"));
    }
}
