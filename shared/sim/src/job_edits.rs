//! Changes saved jobs: create, update, reset.
//!
//! Law: `update` replaces each given top-level setting as a whole. It merges `tasks` and
//! `job_clusters` by their keys, and removes the settings that `fields_to_remove` names. `reset`
//! replaces everything except an earlier `run_as`. Members that are no settings are ignored without a
//! word, so a call can answer 200 and change nothing. There is no version check: the last write wins.
//! Must not know: how a run goes on.
//!
//! Sources: [docs: jobs/update, jobs/reset, jobs/create; py-sdk: service/jobs.py]; ignored members:
//! github.com/databricks/databricks-cli #616; `run_as`: github.com/databricks/cli #4873. The merge
//! of `triggers[]` is not documented; it is replaced as a whole here (unverified).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    agenda::Event,
    cron,
    jobs::{Job, merge_by_key, no_job},
    json::{items, members, number, text},
    ledger::By,
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    triggers::{active_slots, starters},
    wire::USER_NAME,
    workspace::Workspace,
};

/// The top-level members of a job's settings [py-sdk: service/jobs.py JobSettings].
const SETTINGS: [&str; 28] = [
    "access_control_list",
    "budget_policy_id",
    "continuous",
    "deployment",
    "description",
    "duration_target",
    "edit_mode",
    "email_notifications",
    "environment_variables",
    "environments",
    "format",
    "git_source",
    "health",
    "job_clusters",
    "max_concurrent_runs",
    "name",
    "notification_settings",
    "parameters",
    "parent_path",
    "performance_target",
    "queue",
    "run_as",
    "schedule",
    "tags",
    "tasks",
    "timeout_seconds",
    "trigger",
    "triggers",
];
const MORE_SETTINGS: [&str; 2] = ["usage_policy_id", "webhook_notifications"];

impl Workspace {
    pub(crate) fn jobs_create(&mut self, call: &Call) -> Handled {
        let mut settings = known_settings(&call.body);
        settings.entry("name").or_insert(json!("Untitled"));
        let settings = completed(settings);
        check(&settings)?;
        let id = self.next_job;
        self.next_job += 1;
        self.about_to_write(Kind::Job, &id.to_string());
        let job = Job {
            id,
            created_ms: self.now,
            creator: Some(USER_NAME.to_owned()),
            settings: json!({}),
            work: format!("created-{}-{id}", self.side.word()),
            typical_ms: 60_000,
            flaky: 0.0,
            generation: 0,
            starters: Vec::new(),
            runs: BTreeSet::new(),
            active: BTreeSet::new(),
            queued: BTreeSet::new(),
            failures: 0,
            runs_made: 0,
        };
        self.jobs.insert(id, job.into());
        self.save_settings(id, settings, By::Api);
        Ok(json!({ "job_id": id }))
    }

    pub(crate) fn jobs_update(&mut self, call: &Call) -> Handled {
        let id = self.job_to_change(call)?;
        let Some(job) = self.jobs.get(&id) else { return Err(no_job(id)) };
        let mut settings = members(&job.settings);
        remove_fields(&mut settings, items(&call.body, "fields_to_remove"));
        let brought = call.body.get("new_settings").map(known_settings).unwrap_or_default();
        for (key, value) in brought {
            let merged = match key.as_str() {
                "tasks" => merge(&settings, &key, &value, "task_key"),
                "job_clusters" => merge(&settings, &key, &value, "job_cluster_key"),
                _ => value,
            };
            settings.insert(key, merged);
        }
        let settings = completed(settings);
        check(&settings)?;
        self.about_to_write(Kind::Job, &id.to_string());
        self.save_settings(id, settings, By::Api);
        Ok(json!({}))
    }

    pub(crate) fn jobs_reset(&mut self, call: &Call) -> Handled {
        let id = self.job_to_change(call)?;
        let mut settings = call.body.get("new_settings").map(known_settings).unwrap_or_default();
        let earlier = self.jobs.get(&id).and_then(|job| job.settings.get("run_as")).cloned();
        if let (Some(run_as), false) = (earlier, settings.contains_key("run_as")) {
            settings.insert("run_as".to_owned(), run_as);
        }
        let settings = completed(settings);
        check(&settings)?;
        self.about_to_write(Kind::Job, &id.to_string());
        self.save_settings(id, settings, By::Api);
        Ok(json!({}))
    }

    fn job_to_change(&self, call: &Call) -> Result<i64, Refusal> {
        let id = number(&call.body, "job_id");
        let id = id.ok_or_else(|| Refusal::invalid("Job id is required."))?;
        self.may_see_job(id)?;
        if self.jobs.contains_key(&id) { Ok(id) } else { Err(no_job(id)) }
    }

    /// Puts new settings in force. Starters are armed anew, and queued runs may start.
    pub(crate) fn save_settings(&mut self, id: i64, settings: Value, by: By) {
        let now = self.now;
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let before = active_slots(&job.settings);
        let after = active_slots(&settings);
        job.settings = settings;
        for slot in after.difference(&before) {
            self.notes.push(Note::Activated {
                at_ms: now,
                kind: "job",
                resource: id.to_string(),
                work: job.work.clone(),
                slot: slot.clone(),
                by,
            });
        }
        self.arm(id);
        self.start_queued(id);
    }

    /// Plans the next moment of every active starter of a job, and makes earlier plans void.
    pub(crate) fn arm(&mut self, id: i64) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        job.generation += 1;
        job.starters = starters(&job.settings);
        let generation = job.generation;
        for index in 0..job.starters.len() {
            if let Some(in_ms) = self.next_start(id, index) {
                self.put(in_ms, Event::Starter { job: id, generation, index });
            }
        }
    }
}

fn known_settings(given: &Value) -> Map<String, Value> {
    let known = |key: &str| SETTINGS.contains(&key) || MORE_SETTINGS.contains(&key);
    members(given).into_iter().filter(|(key, _)| known(key)).collect()
}

fn merge(settings: &Map<String, Value>, key: &str, brought: &Value, by: &str) -> Value {
    let old = settings.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let new = brought.as_array().map_or(&[][..], Vec::as_slice);
    Value::Array(merge_by_key(old, new, by))
}

fn remove_fields(settings: &mut Map<String, Value>, fields: &[Value]) {
    for field in fields.iter().filter_map(Value::as_str) {
        match field.split_once('/') {
            None => {
                settings.remove(field);
            }
            Some((array, wanted)) => {
                let by = if array == "tasks" { "task_key" } else { "job_cluster_key" };
                if let Some(Value::Array(elements)) = settings.get_mut(array) {
                    elements.retain(|element| text(element, by) != wanted);
                }
            }
        }
    }
}

/// Adds the settings that the service always shows [docs: jobs/create].
pub(crate) fn completed(mut settings: Map<String, Value>) -> Value {
    let defaults = [
        ("max_concurrent_runs", json!(1)),
        ("timeout_seconds", json!(0)),
        ("format", json!("MULTI_TASK")),
        ("email_notifications", json!({})),
    ];
    for (key, value) in defaults {
        settings.entry(key).or_insert(value);
    }
    let unpaused = |entry: &mut Value| {
        if let Some(object) = entry.as_object_mut() {
            object.entry("pause_status").or_insert(json!("UNPAUSED"));
        }
    };
    for key in ["schedule", "trigger", "continuous"] {
        settings.entry(key).and_modify(unpaused);
    }
    if let Some(Value::Array(entries)) = settings.get_mut("triggers") {
        entries.iter_mut().for_each(unpaused);
    }
    settings.retain(|_, value| !value.is_null());
    Value::Object(settings)
}

/// Refuses settings that the service refuses.
fn check(settings: &Value) -> Result<(), Refusal> {
    let limit = number(settings, "max_concurrent_runs").unwrap_or(-1);
    if !(0..=1000).contains(&limit) {
        return Err(Refusal::invalid("max_concurrent_runs must be between 0 and 1000."));
    }
    if let Some(schedule) = settings.get("schedule") {
        check_schedule(schedule)?;
    }
    let older = ["schedule", "trigger", "continuous"];
    let with_older = older.iter().filter(|key| settings.get(**key).is_some()).count();
    let entries = items(settings, "triggers");
    if with_older > 1 || (with_older == 1 && !entries.is_empty()) {
        return Err(Refusal::invalid("Only one of schedule, trigger, continuous and triggers may be set."));
    }
    for entry in entries {
        if let Some(schedule) = entry.get("schedule") {
            check_schedule(schedule)?;
        }
    }
    let every_status = older.iter().filter_map(|key| settings.get(*key)).chain(entries);
    for entry in every_status {
        if !matches!(text(entry, "pause_status"), "PAUSED" | "UNPAUSED") {
            return Err(Refusal::invalid("pause_status must be PAUSED or UNPAUSED."));
        }
    }
    Ok(())
}

fn check_schedule(schedule: &Value) -> Result<(), Refusal> {
    let expression = text(schedule, "quartz_cron_expression");
    if !cron::is_valid(expression) {
        return Err(Refusal::invalid(format!("Invalid quartz_cron_expression: '{expression}'.")));
    }
    if text(schedule, "timezone_id").is_empty() {
        return Err(Refusal::invalid("timezone_id is required."));
    }
    Ok(())
}
