//! Makes the vector search and the databases of an estate that has everything. It also makes a
//! gateway and a view as pipelines, and queries and alerts of the first version.
//!
//! Law: they are drawn after everything else and apart from it, so that an estate without them is
//! the same in all other kinds. On a standby everything is stopped or disabled.
//! Must not know: jobs, clusters, pools, apps.

use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

use super::{
    Holdings, PipelineSeed, SearchSeed, UpSeed,
    names::{name, uuid},
};
use crate::search::SearchIndex;

const OWNER: &str = "data-platform@cloud.example";

pub(super) fn add(seed: u64, resources: usize, sides: &mut [Holdings; 2]) {
    let mut rng = SmallRng::seed_from_u64(seed ^ 0x73_65_61_72_63_68);
    let count = (resources * 4 / 100).max(4);
    for index in 0..count {
        for (side, held) in sides.iter_mut().enumerate() {
            let primary = side == 0;
            add_search(&mut rng, index, primary, held);
            held.databases.push(database(&mut rng, index, primary));
            held.postgres.push(postgres(&mut rng, index, primary));
        }
    }
    for (side, held) in sides.iter_mut().enumerate() {
        add_gateway_and_view(&mut rng, side == 0, held);
        add_legacy(&mut rng, count, held);
    }
}

/// One endpoint in four is stopped on purpose. Every second one has a continuous index.
fn add_search(rng: &mut SmallRng, index: usize, primary: bool, held: &mut Holdings) {
    let running = primary && index % 4 != 3;
    let table = format!("main.search.t{index:04}");
    let pipeline = uuid(rng);
    let continuous = index.is_multiple_of(2);
    held.pipelines.push(PipelineSeed {
        id: pipeline.clone(),
        spec: json!({
            "name": name("index", index),
            "continuous": continuous,
            "serverless": true,
            "catalog": "main",
            "schema": "search",
        }),
        work: format!("index-pipeline-{index:04}"),
        typical_ms: rng.random_range(5..30) * 60_000,
        running: running && continuous,
    });
    let indexes = vec![
        SearchIndex { name: format!("{table}_direct"), pipeline: None },
        SearchIndex { name: format!("{table}_index"), pipeline: Some((pipeline, continuous)) },
    ];
    let spec = json!({
        "id": uuid(rng),
        "endpoint_type": "STANDARD",
        "creator": OWNER,
        "custom_tags": [{ "key": "team", "value": "data-platform" }],
    });
    held.searches.push(SearchSeed {
        name: name("search", index),
        spec,
        indexes,
        work: format!("search-{index:04}"),
        running,
    });
}

/// One instance in four is stopped on purpose.
fn database(rng: &mut SmallRng, index: usize, primary: bool) -> UpSeed {
    let spec = json!({
        "uid": uuid(rng),
        "capacity": "CU_1",
        "creator": OWNER,
        "creation_time": "2025-09-01T08:00:00Z",
        "pg_version": "PG_VERSION_16",
        "effective_node_count": 1,
        "effective_retention_window_in_days": 7,
    });
    let running = primary && index % 4 != 3;
    UpSeed { name: name("database", index), spec, work: format!("database-{index:04}"), running }
}

/// A branch has two endpoints, and a project has two branches. One endpoint in four is disabled on
/// purpose, and one in three is never suspended.
fn postgres(rng: &mut SmallRng, index: usize, primary: bool) -> UpSeed {
    let (project, branch) = (name("project", index / 4), ["production", "staging"][index / 2 % 2]);
    let (endpoint, kind) = [("primary", "READ_WRITE"), ("reader", "READ_ONLY")][index % 2];
    let running = primary && index % 4 != 3;
    let timeout: Value = if index.is_multiple_of(3) { Value::Null } else { json!("300s") };
    let spec = json!({
        "endpoint_type": format!("ENDPOINT_TYPE_{kind}"),
        "autoscaling_limit_min_cu": 0.5,
        "autoscaling_limit_max_cu": rng.random_range(1..8),
        "no_suspension": index.is_multiple_of(3),
        "suspend_timeout_duration": timeout,
        "disabled": !running,
    });
    UpSeed {
        name: format!("projects/{project}/branches/{branch}/endpoints/{endpoint}"),
        spec,
        work: format!("postgres-{index:04}"),
        running,
    }
}

/// An ingestion gateway, which runs without end, and the pipeline of a materialized view.
fn add_gateway_and_view(rng: &mut SmallRng, primary: bool, held: &mut Holdings) {
    let gateway = json!({
        "name": name("gateway", 0),
        "catalog": "main",
        "schema": "landing",
        "gateway_definition": {
            "connection_name": "orders-database",
            "gateway_storage_catalog": "main",
            "gateway_storage_schema": "landing",
        },
    });
    let view = json!({ "name": name("view", 0), "serverless": true, "catalog": "main", "schema": "gold" });
    for (work, spec, running) in [("gateway", gateway, primary), ("view", view, primary)] {
        let work = format!("{work}-pipeline-0000");
        held.pipelines.push(PipelineSeed { id: uuid(rng), spec, work, typical_ms: 20 * 60_000, running });
    }
}

fn add_legacy(rng: &mut SmallRng, count: usize, held: &mut Holdings) {
    for index in 0..count {
        let warehouse = held.warehouses.get(index % held.warehouses.len().max(1)).map(|seed| seed.id.clone());
        let query = uuid(rng);
        held.legacy_queries.push(json!({
            "id": query,
            "display_name": name("query", index),
            "lifecycle_state": "ACTIVE",
            "owner_user_name": OWNER,
            "query_text": format!("SELECT count(*) FROM main.gold.t{index:04}"),
            "warehouse_id": warehouse,
        }));
        if index.is_multiple_of(2) {
            held.legacy_alerts.push(json!({
                "id": uuid(rng),
                "display_name": name("old-alert", index),
                "lifecycle_state": "ACTIVE",
                "owner_user_name": OWNER,
                "query_id": query,
                "state": "OK",
            }));
        }
    }
}
