//! Makes the pools, clusters, warehouses and pipelines of an estate.
//!
//! Law: a standby's compute is defined like the primary's, and is stopped.
//! Must not know: jobs.

use rand::{Rng, rngs::SmallRng};
use serde_json::{Value, json};

use super::{
    ClusterSeed, Holdings, PipelineSeed, PoolSeed, WarehouseSeed,
    names::{Ids, name},
};
use crate::json::set;

const NODE_TYPE: &str = "i3.xlarge";
const SPARK: &str = "16.4.x-scala2.12";

const SIZES: [&str; 3] = ["2X-Small", "Small", "Medium"];
const AUTO_STOP_MINS: [i64; 3] = [0, 10, 120];

pub(super) fn add_pools(rng: &mut SmallRng, ids: &Ids, sides: &mut [Holdings; 2]) {
    for index in 0..ids.pools[0].len() {
        let min_idle = if index % 5 == 4 { 0 } else { rng.random_range(1..5) };
        let mut spec = json!({
            "instance_pool_name": name("pool", index),
            "node_type_id": NODE_TYPE,
            "min_idle_instances": min_idle,
            "max_capacity": rng.random_range(60..200),
            "idle_instance_autotermination_minutes": rng.random_range(1..6) * 10,
            "aws_attributes": { "zone_id": "auto", "availability": "SPOT" },
            "custom_tags": { "team": "data-platform" },
        });
        for (side, held) in sides.iter_mut().enumerate() {
            let id = ids.pools[side][index].clone();
            let work = format!("pool-{index:04}");
            held.pools.push(PoolSeed { id, spec: spec.clone(), work });
            set(&mut spec, "min_idle_instances", json!(0));
        }
    }
}

pub(super) fn add_clusters(rng: &mut SmallRng, ids: &Ids, sides: &mut [Holdings; 2]) {
    for index in 0..ids.clusters[0].len() {
        let pool = (index % 5 == 3).then(|| rng.random_range(0..ids.pools[0].len()));
        let workers = rng.random_range(1..5);
        let minutes = rng.random_range(1..5) * 30;
        let pinned = rng.random_bool(0.3);
        for (side, held) in sides.iter_mut().enumerate() {
            let mut spec = json!({
                "cluster_name": name("cluster", index),
                "spark_version": SPARK,
                "num_workers": workers,
                "autotermination_minutes": minutes,
                "data_security_mode": "USER_ISOLATION",
                "custom_tags": { "team": "data-platform" },
            });
            match pool {
                Some(pool) => set(&mut spec, "instance_pool_id", json!(ids.pools[side][pool])),
                None => {
                    set(&mut spec, "node_type_id", json!(NODE_TYPE));
                    set(&mut spec, "aws_attributes", json!({ "zone_id": "auto" }));
                }
            }
            held.clusters.push(ClusterSeed {
                id: ids.clusters[side][index].clone(),
                spec,
                work: format!("cluster-{index:04}"),
                running: side == 0 && index % 2 == 0,
                pinned,
            });
        }
    }
}

pub(super) fn add_warehouses(rng: &mut SmallRng, ids: &Ids, sides: &mut [Holdings; 2]) {
    for index in 0..ids.warehouses[0].len() {
        let serverless = rng.random_bool(0.5);
        let running = index == 0 || rng.random_bool(0.6);
        let spec = json!({
            "name": name("warehouse", index),
            "cluster_size": SIZES[index % SIZES.len()],
            "min_num_clusters": 1,
            "max_num_clusters": 1 + index % 4,
            "auto_stop_mins": AUTO_STOP_MINS[index % AUTO_STOP_MINS.len()],
            "enable_serverless_compute": serverless,
            "warehouse_type": "PRO",
            "enable_photon": true,
            "spot_instance_policy": "COST_OPTIMIZED",
            "channel": { "name": "CHANNEL_NAME_CURRENT" },
        });
        for (side, held) in sides.iter_mut().enumerate() {
            held.warehouses.push(WarehouseSeed {
                id: ids.warehouses[side][index].clone(),
                spec: spec.clone(),
                work: format!("warehouse-{index:04}"),
                running: side == 0 && running,
            });
        }
    }
}

/// The turns of pipelines: whether one is continuous, and whether it runs on the primary.
const PIPELINE_TURNS: [(bool, bool); 5] = [(true, true), (false, false), (false, true), (true, false), (false, false)];

pub(super) fn add_pipelines(rng: &mut SmallRng, ids: &Ids, sides: &mut [Holdings; 2]) {
    for index in 0..ids.pipelines[0].len() {
        let (continuous, running) = PIPELINE_TURNS[index % PIPELINE_TURNS.len()];
        let typical_ms = rng.random_range(5..30) * 60_000;
        let spec = json!({
            "name": name("pipeline", index),
            "continuous": continuous,
            "development": false,
            "edition": "ADVANCED",
            "channel": "CURRENT",
            "serverless": index % 2 == 1,
            "catalog": "main",
            "schema": "gold",
            "libraries": [{ "notebook": { "path": format!("/Repos/main/pipelines/{index:04}") } }],
            "clusters": clusters(index),
        });
        for (side, held) in sides.iter_mut().enumerate() {
            held.pipelines.push(PipelineSeed {
                id: ids.pipelines[side][index].clone(),
                spec: spec.clone(),
                work: format!("pipeline-{index:04}"),
                typical_ms,
                running: side == 0 && running,
            });
        }
    }
}

fn clusters(index: usize) -> Value {
    if index % 2 == 1 {
        return json!([]);
    }
    json!([{
        "label": "default",
        "autoscale": { "min_workers": 1, "max_workers": 4, "mode": "ENHANCED" },
        "aws_attributes": { "zone_id": "auto" },
    }])
}
