//! A deployment that somebody makes beside everything else: it sets jobs as its files have them.
//!
//! Law: only what a deployment of a bundle does to jobs: every schedule, trigger and continuous mode
//! that its files do not call paused is UNPAUSED again, whatever was set since, and so is the number
//! of runs [cli: bundle/config/mutator/resourcemutator/resource_mutator.go].
//! Must not know: who else changes jobs.

use serde_json::{Value, json};

use crate::{jobs::Job, ledger::By, wire::Side, workspace::Workspace, world::World};

impl World {
    /// Deploys to the first `count` jobs of a side that something can start; gives their ids.
    pub fn deploy(&mut self, now_ms: i64, side: Side, count: usize) -> Vec<i64> {
        self.advance(now_ms);
        let deployed = self.space_mut(side).deploy_jobs(count);
        self.write_down();
        deployed
    }
}

impl Workspace {
    fn deploy_jobs(&mut self, count: usize) -> Vec<i64> {
        let starts = |job: &&Job| STARTERS.iter().any(|key| job.settings.get(*key).is_some());
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
