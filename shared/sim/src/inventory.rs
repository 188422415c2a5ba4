//! Lists the settings of a workspace, apart from its history.
//!
//! For: comparing a workspace field by field before and after something.
//!
//! Law: every resource that the simulator holds is here, with everything that a caller can set and
//! whether it is on. The history is not here: no runs and job clusters, no times, no etags, revisions,
//! update ids or counts of writes, and no measurements such as the used instances of a pool.
//!
//! The state that a resource is going to says whether it is on: STARTING counts as RUNNING, and
//! STOPPING as STOPPED. A caller has asked for that state, and the resource reaches it by itself.
//! Its progress depends only on the moment of the read.
//!
//! A state that comes and goes by use alone is no setting: an update of a triggered pipeline is a
//! run, and an autoscaling database endpoint is set by `disabled`.
//!
//! Must not know: who compares, and what may differ.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    apps::App,
    clusters::{Cluster, ClusterState},
    grants::Grant,
    json::{set, text},
    pipelines::{Pipeline, PipelineState},
    search::{SearchEndpoint, SearchState},
    serving::{Endpoint, EndpointState},
    warehouses::{Warehouse, WarehouseState},
    wire::Side,
    workspace::Workspace,
    world::World,
};

/// All settings, by kind and id.
///
/// The kinds of a workspace are those of [`crate::Activation`], and also `dashboard`, `vector_search_index`,
/// `legacy_query`, `legacy_alert`, `permissions`, `access_list`, `workspace_configuration`, `assignment` and
/// `network_policy`. Each value is an object with a `name` for people, and its settings in the vendor's words.
pub type Inventory = BTreeMap<(String, String), Value>;

impl World {
    /// The settings of a side at the moment that the world has reached.
    #[must_use]
    pub fn settings(&self, side: Side) -> Inventory {
        let mut all = self.space(side).inventory();
        self.account_seen().add_of(side, &mut all);
        all
    }

    /// The settings of the account of both sides. The kinds are `failover_group` and `stable_url`.
    #[must_use]
    pub fn account_settings(&self) -> Inventory {
        self.account_seen().inventory()
    }
}

/// Adds one thing under its kind and id, with its name for people.
pub(crate) fn add(all: &mut Inventory, kind: &str, id: &str, name: &str, mut value: Value) {
    set(&mut value, "name", json!(name));
    all.insert((kind.to_owned(), id.to_owned()), value);
}

impl Workspace {
    fn inventory(&self) -> Inventory {
        let mut all = Inventory::new();
        self.add_work(&mut all);
        self.add_compute(&mut all);
        self.add_serving(&mut all);
        self.add_shown(&mut all);
        self.add_beside(&mut all);
        all
    }

    fn add_work(&self, all: &mut Inventory) {
        for job in self.jobs.values() {
            let value = json!({ "settings": job.settings, "creator_user_name": job.creator });
            add(all, "job", &job.id.to_string(), job.name(), value);
        }
        for (id, pipeline) in &self.pipelines {
            let mut value = json!({ "spec": pipeline.spec, "creator_user_name": pipeline.creator });
            if pipeline.is_continuous() {
                set(&mut value, "state", json!(of_pipeline(pipeline)));
            }
            add(all, "pipeline", id, text(&pipeline.spec, "name"), value);
        }
        for (id, alert) in &self.alerts {
            add(all, "alert", id, text(&alert.spec, "display_name"), json!({ "spec": alert.spec }));
        }
    }

    fn add_compute(&self, all: &mut Inventory) {
        for (id, cluster) in self.clusters.iter().filter(|(_, cluster)| cluster.source != "JOB") {
            let value = json!({
                "spec": cluster.spec,
                "state": of_cluster(cluster),
                "pinned": cluster.pinned,
                "creator_user_name": cluster.creator,
                "cluster_source": cluster.source,
            });
            add(all, "cluster", id, text(&cluster.spec, "cluster_name"), value);
        }
        for (id, pool) in &self.pools {
            add(all, "pool", id, text(&pool.spec, "instance_pool_name"), json!({ "spec": pool.spec }));
        }
        for (id, warehouse) in &self.warehouses {
            let state = of_warehouse(warehouse);
            let value = json!({ "spec": warehouse.spec, "state": state, "creator_name": warehouse.creator });
            add(all, "warehouse", id, text(&warehouse.spec, "name"), value);
        }
    }

    fn add_serving(&self, all: &mut Inventory) {
        for (name, app) in &self.apps {
            let value = json!({ "spec": app.spec, "state": of_app(app), "deployment": app.deployment });
            add(all, "app", name, name, value);
        }
        for (name, endpoint) in &self.endpoints {
            let mut entities = endpoint.entities.clone();
            // The state of its deployment can be read, but not set.
            for entity in entities.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                entity.remove("state");
            }
            let value = json!({ "spec": endpoint.spec, "served_entities": entities, "state": of_endpoint(endpoint) });
            add(all, "serving_endpoint", name, name, value);
        }
        for (name, endpoint) in &self.searches {
            let value = json!({ "spec": endpoint.spec, "state": of_search(endpoint) });
            add(all, "vector_search_endpoint", name, name, value);
            for index in &endpoint.indexes {
                let pipeline = index.pipeline.as_ref().map(|(id, _)| id);
                let continuous = index.pipeline.as_ref().map(|(_, continuous)| continuous);
                let value = json!({ "endpoint_name": name, "pipeline_id": pipeline, "continuous": continuous });
                add(all, "vector_search_index", &index.name, &index.name, value);
            }
        }
        for (name, database) in &self.databases {
            let value = json!({ "spec": database.spec, "stopped": !database.is_up() });
            add(all, "database_instance", name, name, value);
        }
        for (name, endpoint) in &self.postgres {
            add(all, "postgres_endpoint", name, name, json!({ "spec": endpoint.spec }));
        }
    }

    fn add_shown(&self, all: &mut Inventory) {
        for (id, dashboard) in &self.dashboards {
            add(all, "dashboard", id, text(&dashboard.spec, "display_name"), json!({ "spec": dashboard.spec }));
        }
        for (id, schedule) in &self.dashboard_schedules {
            let dashboard =
                self.dashboards.get(&schedule.dashboard).map_or("", |found| text(&found.spec, "display_name"));
            let name = format!("{dashboard} {}", text(&schedule.spec, "display_name"));
            let id = format!("{}/{id}", schedule.dashboard);
            add(all, "dashboard_schedule", &id, name.trim_end(), json!({ "spec": schedule.spec }));
        }
        for (kind, held) in [("legacy_query", &self.legacy_queries), ("legacy_alert", &self.legacy_alerts)] {
            for one in held {
                add(all, kind, text(one, "id"), text(one, "display_name"), json!({ "spec": one }));
            }
        }
    }

    fn add_beside(&self, all: &mut Inventory) {
        for ((family, id), grants) in &self.beside.grants {
            let mut held: Vec<Value> = grants.iter().map(Grant::view).collect();
            held.sort_by_key(Value::to_string);
            let id = format!("{family}/{id}");
            add(all, "permissions", &id, &id, json!({ "access_control_list": held }));
        }
        self.beside.access_lists.add_to(all);
    }
}

fn of_pipeline(pipeline: &Pipeline) -> &'static str {
    match pipeline.state {
        PipelineState::Starting | PipelineState::Running => "RUNNING",
        PipelineState::Stopping | PipelineState::Idle => "IDLE",
        PipelineState::Failed => "FAILED",
    }
}

fn of_cluster(cluster: &Cluster) -> &'static str {
    match cluster.state {
        ClusterState::Pending | ClusterState::Running | ClusterState::Restarting => "RUNNING",
        ClusterState::Terminating | ClusterState::Terminated => "TERMINATED",
    }
}

fn of_warehouse(warehouse: &Warehouse) -> &'static str {
    match warehouse.state {
        WarehouseState::Starting | WarehouseState::Running => "RUNNING",
        WarehouseState::Stopping | WarehouseState::Stopped => "STOPPED",
    }
}

fn of_app(app: &App) -> &'static str {
    if app.is_up() { "ACTIVE" } else { "STOPPED" }
}

/// Whether an endpoint is on. An endpoint that takes neither stop nor start always serves.
fn of_endpoint(endpoint: &Endpoint) -> &'static str {
    match endpoint.state {
        EndpointState::Starting | EndpointState::Serving => "SERVING",
        EndpointState::Stopping | EndpointState::Stopped => "STOPPED",
    }
}

fn of_search(endpoint: &SearchEndpoint) -> &'static str {
    match endpoint.state {
        SearchState::Starting | SearchState::Online => "ONLINE",
        SearchState::Stopping | SearchState::Stopped => "STOPPED",
    }
}
