//! Reads a saved job: the needed part of its settings, and what follows from them.
//!
//! Must not know: steps, the fence.

use engine::ports::Observed;
use saga::Fault;
use serde_json::Value;

use super::api::Api;
use super::facts::{fixed_zone, items, kept, number, observed, text};
use super::names;
use crate::call::Call;
use crate::endpoints::JOBS_GET;
use crate::listing::Shape;

/// The member of the settings that says how many runs a job takes at once.
pub(super) const LIMIT: &str = "max_concurrent_runs";
/// The limit of a job that sets none [terraform-provider-databricks: docs/resources/job.md].
const USUAL_LIMIT: i64 = 1;
/// The resources that a task starts by itself: a name for each sort, and its place in the task
/// [docs: jobs/get].
const STARTED: &[(&str, &str)] = &[
    ("existing_clusters", "/existing_cluster_id"),
    ("pipelines", "/pipeline_task/pipeline_id"),
    ("warehouses", "/sql_task/warehouse_id"),
    ("warehouses_of_dbt", "/dbt_task/warehouse_id"),
    ("warehouses_of_alerts", "/alert_task/warehouse_id"),
    ("warehouses_of_dashboards", "/dashboard_task/warehouse_id"),
];
const KEPT: &[&str] = &["job_id", "creator_user_name"];
const KEPT_SETTINGS: &[&str] =
    &["name", "tags", "schedule", "trigger", "continuous", "triggers", LIMIT, "queue", "edit_mode", "deployment"];
/// The members of a listed job that are read: those that [`seen`] keeps or reads.
pub(super) const READ: Shape = Shape::Each(&[
    ("job_id", Shape::Whole),
    ("creator_user_name", Shape::Whole),
    (
        "settings",
        Shape::Each(&[
            ("name", Shape::Whole),
            ("tags", Shape::Whole),
            ("schedule", Shape::Whole),
            ("trigger", Shape::Whole),
            ("continuous", Shape::Whole),
            ("triggers", Shape::Whole),
            (LIMIT, Shape::Whole),
            ("queue", Shape::Whole),
            ("edit_mode", Shape::Whole),
            ("deployment", Shape::Whole),
            ("job_clusters", Shape::Each(&[("new_cluster", NEW_CLUSTER)])),
            ("tasks", TASK),
        ]),
    ),
]);
const NEW_CLUSTER: Shape = Shape::Each(&[("aws_attributes", Shape::Members(&["zone_id"]))]);
const TASK: Shape = Shape::Each(&[
    ("existing_cluster_id", Shape::Whole),
    ("new_cluster", NEW_CLUSTER),
    ("pipeline_task", Shape::Members(&["pipeline_id"])),
    ("sql_task", Shape::Members(&["warehouse_id"])),
    ("dbt_task", Shape::Members(&["warehouse_id"])),
    ("alert_task", Shape::Members(&["warehouse_id"])),
    ("dashboard_task", Shape::Members(&["warehouse_id"])),
]);

/// Reads a whole job. Its arrays come in pages of 100 [docs: jobs/get]; the first page has everything that is
/// needed.
pub(super) async fn get(api: &Api<'_>, id: &str) -> Result<Option<Value>, Fault> {
    api.one(&Call::to(JOBS_GET).with("job_id", id)).await
}

/// A job as it was read: the needed part of its settings, and its runs if they were read.
pub(super) fn seen(job: &Value, runs: Option<Vec<Value>>) -> Result<Observed, Fault> {
    let read = job.get("settings").unwrap_or(&Value::Null);
    let mut facts = kept(job, KEPT);
    facts.insert("settings".to_owned(), Value::Object(kept(read, KEPT_SETTINGS)));
    let of_tasks = |pointer: &str| -> Value {
        let ids = items(read, "tasks").iter().filter_map(|task| task.pointer(pointer).and_then(Value::as_str));
        ids.filter(|id| !id.is_empty()).collect()
    };
    let zones = new_clusters(read).filter_map(|cluster| fixed_zone(cluster.get("aws_attributes")));
    let of_all = STARTED.iter().map(|(fact, pointer)| (*fact, of_tasks(pointer))).chain([("zones", zones.collect())]);
    // Most jobs start few sorts of resources, and an absent list reads as empty.
    let some = of_all.filter(|(_, ids): &(_, Value)| ids.as_array().is_some_and(|ids| !ids.is_empty()));
    facts.extend(some.map(|(fact, ids)| (fact.to_owned(), ids)));
    if let Some(runs) = runs {
        facts.insert("runs".to_owned(), Value::Array(runs));
    }
    let mut seen = observed(names::JOB, Value::Object(facts), "job_id", "name")?;
    seen.name = text(read, "name").to_owned();
    Ok(seen)
}

fn new_clusters(settings: &Value) -> impl Iterator<Item = &Value> {
    items(settings, "job_clusters")
        .iter()
        .chain(items(settings, "tasks"))
        .filter_map(|holder| holder.get("new_cluster"))
}

/// The settings of a job, as far as they were kept.
pub(super) fn settings(seen: &Observed) -> &Value {
    seen.facts.get("settings").unwrap_or(&Value::Null)
}

/// How many runs the job takes at once.
pub(super) fn limit(settings: &Value) -> i64 {
    number(settings, LIMIT).unwrap_or(USUAL_LIMIT)
}

/// Whether the job is managed by Databricks and read-only [py-sdk: jobs.JobDeploymentKind].
pub(super) fn is_read_only(settings: &Value) -> bool {
    settings.pointer("/deployment/kind").and_then(Value::as_str) == Some("SYSTEM_MANAGED")
}
