//! Makes an estate from plain descriptions of the resources of one side.
//!
//! Law: the primary has each described resource under its own id and name, and it is on if the
//! description says so. The standby has a counterpart under the same name, prepared as a standby. The
//! id of the counterpart is another one, unless the id is the name. Details that a description leaves
//! out get plain values: a schedule fires once an hour, a task without compute runs serverless, and
//! compute has the smallest size. A resource that cannot be simulated is returned with the reason,
//! and is never left out silently. The same descriptions and seed give the same estate.
//! Must not know: who made a description, and from what.
//!
//! The kinds are those of an inventory, and `run` for a one-time run without a saved job.

use std::collections::{BTreeMap, BTreeSet};

use rand::{SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

use super::{
    AlertSeed, AppSeed, ClusterSeed, Estate, Holdings, PipelineSeed, PoolSeed, UpSeed, WarehouseSeed, described_jobs,
    described_serving,
    names::{cluster_id, hex, pool_id, rising, uuid},
};
use crate::json::{flag, items, members, number, set, text};

pub(super) const OWNER: &str = "data-platform@cloud.example";
pub(super) const DAY_MS: i64 = 86_400_000;
const NODE_TYPE: &str = "i3.xlarge";
/// Duration of an update of a pipeline if nothing is known of it, ms.
const UPDATE_MS: i64 = 20 * 60_000;
/// The tag that joins the resources of the two sides.
const TAG: &str = "switchback";

/// One resource of a side, in plain values.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// `job`, `cluster`, `pool`, `warehouse`, `pipeline`, `app`, `alert`, `serving_endpoint`,
    /// `dashboard_schedule`, `vector_search_endpoint`, `database_instance`, `postgres_endpoint` or `run`.
    pub kind: String,
    /// Id of the resource: `dashboard/schedule` for a schedule, the name if the API knows the resource by its name.
    pub id: String,
    /// Name of the resource; `dashboard: schedule` for a schedule.
    pub name: String,
    /// Value of its tag `switchback`; `None` if it has no such tag.
    pub tag: Option<String>,
    /// Whether it is on: running, un-paused, enabled.
    pub active: bool,
    /// Everything else that is known. A member is present only if it is known:
    /// - `uses`: a list of `{ kind, id }` of what the resource starts;
    /// - of a job: `max_concurrent_runs`, `on` (`{"schedule": true}`,
    ///   `{"triggers": [true, false]}`) and `runs` (the ids of the runs that are under way);
    /// - of a pool: its sizes in the vendor's words;
    /// - of a cluster: `pinned`;
    /// - of a pipeline: `continuous`, `gateway`, `without_code`;
    /// - of a serving endpoint: `foreign` (it serves a model that cannot be stopped);
    /// - of an app: `crashes`.
    pub details: Value,
}

/// A resource that is not in the estate, and the reason.
pub type LeftOut = (Description, &'static str);

/// The estate that is being made.
pub(super) struct Making {
    pub(super) rng: SmallRng,
    pub(super) sides: [Holdings; 2],
    /// The standby's id of each described resource, by kind and id.
    twins: BTreeMap<(String, String), String>,
    /// The resources that are off on the primary, by kind and id.
    off: BTreeSet<(String, String)>,
}

impl Making {
    /// Whether something that a resource uses is described as off.
    pub(super) fn uses_what_is_off(&self, of: &Description) -> bool {
        let used = items(&of.details, "uses").iter();
        used.map(|one| (text(one, "kind").to_owned(), text(one, "id").to_owned())).any(|key| self.off.contains(&key))
    }

    /// The id on a side of the resource with this id on the primary; `None` if it was not described.
    pub(super) fn on(&self, side: usize, kind: &str, id: &str) -> Option<String> {
        let twin = self.twins.get(&(kind.to_owned(), id.to_owned()))?;
        Some(if side == 0 { id.to_owned() } else { twin.clone() })
    }

    /// The id on a side of the first resource of the kind that a resource uses.
    pub(super) fn used(&self, side: usize, of: &Description, kind: &str) -> Option<String> {
        items(&of.details, "uses")
            .iter()
            .filter(|one| text(one, "kind") == kind)
            .find_map(|one| self.on(side, kind, text(one, "id")))
    }
}

impl Estate {
    /// Makes the pair of the descriptions, and returns the resources that could not be simulated.
    #[must_use]
    pub fn described(seed: u64, all: &[Description]) -> (Estate, Vec<LeftOut>) {
        let mut making = Making {
            rng: SmallRng::seed_from_u64(seed ^ 0x6f_77_6e),
            sides: [Holdings::default(), Holdings::default()],
            twins: BTreeMap::new(),
            off: BTreeSet::new(),
        };
        let mut left_out = Vec::new();
        let mut taken = Vec::new();
        for one in all {
            match refusal(one, &making.twins) {
                Some(why) => left_out.push((one.clone(), why)),
                None => {
                    let twin = twin(&mut making.rng, one, taken.len());
                    making.twins.insert((one.kind.clone(), one.id.clone()), twin);
                    if !one.active {
                        making.off.insert((one.kind.clone(), one.id.clone()));
                    }
                    taken.push(one);
                }
            }
        }
        for one in &taken {
            add(&mut making, one);
        }
        described_serving::add_schedules(&mut making, &taken);
        (Estate { sides: making.sides, map: Vec::new() }, left_out)
    }
}

/// The reason why a resource cannot be simulated; `None` if it can.
fn refusal(one: &Description, twins: &BTreeMap<(String, String), String>) -> Option<&'static str> {
    if one.id.is_empty() {
        return Some("it has no id");
    }
    if twins.contains_key(&(one.kind.clone(), one.id.clone())) {
        return Some("another resource of its kind has the same id");
    }
    let part = |number: usize| one.id.split('/').nth(number).is_some_and(|part| !part.is_empty() && part != "*");
    match one.kind.as_str() {
        "job" | "run" if one.id.parse::<i64>().is_err() => Some("its id is no number"),
        "dashboard_schedule" if !(part(0) && part(1)) => {
            Some("it is no single schedule: the dashboard may not be read")
        }
        "postgres_endpoint" if one.id.split('/').count() != 6 => {
            Some("its name is not of the form projects/…/branches/…/endpoints/…")
        }
        "app" | "serving_endpoint" | "vector_search_endpoint" | "database_instance" | "postgres_endpoint"
            if one.id != one.name =>
        {
            Some("its id is not its name")
        }
        "job"
        | "run"
        | "cluster"
        | "pool"
        | "warehouse"
        | "pipeline"
        | "app"
        | "alert"
        | "serving_endpoint"
        | "dashboard_schedule"
        | "vector_search_endpoint"
        | "database_instance"
        | "postgres_endpoint" => None,
        _ => Some("its kind is not simulated"),
    }
}

/// The id of the counterpart.
fn twin(rng: &mut SmallRng, one: &Description, number: usize) -> String {
    match one.kind.as_str() {
        "job" => {
            let base = 210_500_000_000_000 + i64::try_from(number).unwrap_or(0) * 10_000_000;
            rising(rng, base, 1).first().map_or_else(String::new, i64::to_string)
        }
        "cluster" => cluster_id(rng),
        "pool" => pool_id(rng),
        "warehouse" => hex(rng, 16),
        "pipeline" | "alert" => uuid(rng),
        "dashboard_schedule" => format!("{}/{}", uuid(rng), uuid(rng)),
        // These kinds are known by their names on both sides. A one-time run has no counterpart.
        _ => one.id.clone(),
    }
}

fn add(making: &mut Making, one: &Description) {
    match one.kind.as_str() {
        "job" => described_jobs::add_job(making, one),
        "run" => described_jobs::add_run(making, one),
        "serving_endpoint" => described_serving::add_endpoint(making, one),
        "vector_search_endpoint" => described_serving::add_search(making, one),
        _ => {
            for side in 0..2 {
                add_to(making, one, side);
            }
        }
    }
}

fn add_to(making: &mut Making, one: &Description, side: usize) {
    let work = format!("{}-{}", one.kind, one.id);
    let id = making.on(side, &one.kind, &one.id).unwrap_or_default();
    let running = side == 0 && one.active;
    let warehouse = making.used(side, one, "warehouse");
    let uuid = uuid(&mut making.rng);
    let held = &mut making.sides[side];
    match one.kind.as_str() {
        "cluster" => {
            let spec = json!({
                "cluster_name": one.name,
                "spark_version": "16.4.x-scala2.12",
                "node_type_id": NODE_TYPE,
                "num_workers": 1,
                // The plain default would terminate the cluster during a rehearsal.
                "autotermination_minutes": 0,
                "custom_tags": tags(one),
                "aws_attributes": { "zone_id": "auto" },
            });
            held.clusters.push(ClusterSeed { id, spec, work, running, pinned: flag(&one.details, "pinned") });
        }
        "pool" => held.pools.push(PoolSeed { id, spec: pool(one, side), work }),
        "warehouse" => {
            let spec = json!({
                "name": one.name,
                "cluster_size": "2X-Small",
                "min_num_clusters": 1,
                "max_num_clusters": 1,
                "auto_stop_mins": 0,
                "enable_serverless_compute": false,
                "warehouse_type": "PRO",
                "tags": { "custom_tags": tag_pairs(one) },
            });
            held.warehouses.push(WarehouseSeed { id, spec, work, running });
        }
        "pipeline" => {
            held.pipelines.push(PipelineSeed { id, spec: pipeline(one), work, typical_ms: UPDATE_MS, running });
        }
        "app" => {
            let resources: Vec<Value> = warehouse
                .iter()
                .map(|id| json!({ "name": "warehouse", "sql_warehouse": { "id": id, "permission": "CAN_USE" } }))
                .collect();
            let path = format!("/Workspace/apps/{}", one.name);
            let spec =
                json!({ "id": uuid, "creator": OWNER, "default_source_code_path": path, "resources": resources });
            let deployment = json!({
                "deployment_id": uuid, "source_code_path": path, "mode": "SNAPSHOT", "status": { "state": "SUCCEEDED" },
            });
            let crashes = flag(&one.details, "crashes");
            held.apps.push(AppSeed { name: one.name.clone(), spec, deployment, work, running, crashes });
        }
        "alert" => {
            let place = held.alerts.len();
            let spec = json!({
                "display_name": one.name,
                "query_text": "SELECT 1",
                "warehouse_id": warehouse,
                "evaluation": { "source": { "name": "one" }, "comparison_operator": "GREATER_THAN" },
                "schedule": {
                    "quartz_cron_schedule": hourly(place), "timezone_id": "UTC", "pause_status": pause(running),
                },
                "owner_user_name": OWNER,
                "run_as_user_name": OWNER,
            });
            held.alerts.push(AlertSeed { id, spec, work, age_ms: DAY_MS });
        }
        "database_instance" => {
            let spec = json!({ "uid": uuid, "capacity": "CU_1", "creator": OWNER, "custom_tags": tag_pairs(one) });
            held.databases.push(UpSeed { name: one.name.clone(), spec, work, running });
        }
        "postgres_endpoint" => {
            let spec = json!({
                "endpoint_type": "ENDPOINT_TYPE_READ_WRITE",
                "autoscaling_limit_min_cu": 0.5,
                "autoscaling_limit_max_cu": 1,
                "no_suspension": true,
                "disabled": !running,
            });
            held.postgres.push(UpSeed { name: one.name.clone(), spec, work, running });
        }
        // Schedules come with their dashboards. Every other kind has been refused.
        _ => {}
    }
}

fn pool(one: &Description, side: usize) -> Value {
    let mut spec = json!({
        "instance_pool_name": one.name,
        "node_type_id": NODE_TYPE,
        "min_idle_instances": 0,
        "custom_tags": tags(one),
        "aws_attributes": { "zone_id": "auto" },
    });
    for (key, value) in members(&one.details) {
        if matches!(key.as_str(), "max_capacity" | "idle_instance_autotermination_minutes" | "min_idle_instances") {
            set(&mut spec, &key, value);
        }
    }
    if side == 1 || !one.active || number(&spec, "min_idle_instances").is_none() {
        set(&mut spec, "min_idle_instances", json!(0));
    }
    spec
}

fn pipeline(one: &Description) -> Value {
    let mut spec = json!({
        "name": one.name,
        "continuous": flag(&one.details, "continuous"),
        "serverless": true,
        "catalog": "main",
        "schema": "default",
        "tags": tags(one),
    });
    if flag(&one.details, "gateway") {
        set(&mut spec, "gateway_definition", json!({ "connection_name": "source" }));
    } else if !flag(&one.details, "without_code") {
        set(&mut spec, "libraries", json!([{ "notebook": { "path": "/Repos/main/pipeline" } }]));
    }
    spec
}

/// The tag in a map of tags.
pub(super) fn tags(one: &Description) -> Value {
    one.tag.as_ref().map_or_else(|| json!({}), |tag| json!({ TAG: tag }))
}

/// The tag in a list of key and value.
pub(super) fn tag_pairs(one: &Description) -> Value {
    one.tag.as_ref().map_or_else(|| json!([]), |tag| json!([{ "key": TAG, "value": tag }]))
}

/// A schedule that fires once an hour, and not within the first five minutes. The minute depends on
/// `place`, so that not all fire at once.
pub(super) fn hourly(place: usize) -> String {
    format!("0 {} * * * ?", 5 + place * 7 % 55)
}

pub(super) fn pause(on: bool) -> &'static str {
    if on { "UNPAUSED" } else { "PAUSED" }
}
