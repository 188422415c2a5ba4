//! Makes the model-serving endpoints and dashboards of an estate that has everything.
//!
//! Law: they are drawn after everything else and apart from it, so that an estate without them is
//! the same in all other kinds. On a standby every endpoint that can be stopped is stopped, and
//! every schedule is paused. Names are equal on both sides, and ids are not.
//! Must not know: jobs, clusters, pools, pipelines.

use rand::{SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

use super::{
    DashboardSeed, EndpointSeed, Holdings, ScheduleSeed,
    names::{name, uuid},
    recipes::CRONS,
};

const DAY_MS: i64 = 86_400_000;
const OWNER: &str = "data-platform@cloud.example";

pub(super) fn add(seed: u64, resources: usize, sides: &mut [Holdings; 2]) {
    let mut rng = SmallRng::seed_from_u64(seed ^ 0x73_65_72_76);
    for index in 0..(resources * 5 / 100).max(6) {
        for (side, held) in sides.iter_mut().enumerate() {
            let endpoint = endpoint(&mut rng, index, side == 0);
            held.endpoints.push(endpoint);
        }
    }
    add_dashboards(&mut rng, (resources * 4 / 100).max(4), sides);
}

/// Adds dashboards. One in four has no schedule, and the others have one to three.
fn add_dashboards(rng: &mut SmallRng, dashboards: usize, sides: &mut [Holdings; 2]) {
    for index in 0..dashboards {
        for (side, held) in sides.iter_mut().enumerate() {
            let age_ms = i64::try_from(dashboards - index).unwrap_or(1) * DAY_MS;
            let schedules = (0..index % 4).map(|number| schedule(rng, index, number, side == 0, held)).collect();
            let spec = json!({ "display_name": name("dashboard", index), "warehouse_id": warehouse(held, index) });
            held.dashboards.push(DashboardSeed { id: uuid(rng), spec, age_ms, schedules });
        }
    }
}

/// Adds dashboards alone, each with one to three schedules.
pub(super) fn add_many_dashboards(seed: u64, dashboards: usize, sides: &mut [Holdings; 2]) {
    let mut rng = SmallRng::seed_from_u64(seed ^ 0x6d_61_6e_79);
    for index in 0..dashboards {
        for (side, held) in sides.iter_mut().enumerate() {
            let schedules = (0..=index % 3).map(|number| schedule(&mut rng, index, number, side == 0, held)).collect();
            let spec = json!({ "display_name": name("dashboard", index), "warehouse_id": warehouse(held, index) });
            held.dashboards.push(DashboardSeed { id: uuid(&mut rng), spec, age_ms: DAY_MS, schedules });
        }
    }
}

/// Half of the endpoints serve custom models, and one in three of these is stopped on purpose. The
/// others cannot be stopped.
fn endpoint(rng: &mut SmallRng, index: usize, primary: bool) -> EndpointSeed {
    let name = name("endpoint", index);
    let spec = json!({
        "id": uuid(rng).replace('-', ""),
        "creator": OWNER,
        "tags": [{ "key": "team", "value": "data-platform" }],
    });
    let entity = match index % 6 {
        0..=2 => json!({
            "name": format!("model-{index:04}-3"),
            "entity_name": format!("main.models.model{index:04}"),
            "entity_version": "3",
            "workload_size": "Small",
            "workload_type": "CPU",
            "scale_to_zero_enabled": index % 6 == 1,
            "environment_vars": { "TOKEN": "{{secrets/serving/token}}" },
            "state": { "deployment": "DEPLOYMENT_READY", "deployment_state_message": "" },
        }),
        3 => json!({
            "name": "rented",
            "entity_name": "system.ai.llama_v3_3_70b_instruct",
            "entity_version": "1",
            "min_provisioned_throughput": 0,
            "max_provisioned_throughput": 9_500,
        }),
        4 => json!({
            "name": "shared",
            "foundation_model": { "name": "system.ai.llama_v3_3_70b_instruct", "display_name": "Llama" },
        }),
        _ => json!({
            "name": "foreign",
            "external_model": {
                "name": "a-model",
                "provider": "openai",
                "task": "llm/v1/chat",
                "openai_config": { "openai_api_key": "{{secrets/serving/key}}" },
            },
        }),
    };
    let running = index % 6 > 2 || (primary && index % 6 != 2);
    EndpointSeed { name, spec, entities: json!([entity]), work: format!("endpoint-{index:04}"), running }
}

/// One schedule in five is paused on purpose, and one in two names no warehouse. The second
/// schedule of a dashboard has no name of its own.
fn schedule(rng: &mut SmallRng, index: usize, number: usize, primary: bool, held: &Holdings) -> ScheduleSeed {
    let place = index * 3 + number;
    let paused = !primary || place % 5 == 3;
    let cron = CRONS[place % CRONS.len()];
    let mut spec = json!({
        "cron_schedule": { "quartz_cron_expression": cron, "timezone_id": "UTC" },
        "pause_status": if paused { "PAUSED" } else { "UNPAUSED" },
    });
    if place.is_multiple_of(2) {
        crate::json::set(&mut spec, "warehouse_id", warehouse(held, place));
    }
    if number != 1 {
        crate::json::set(&mut spec, "display_name", json!(format!("refresh {number}")));
    }
    ScheduleSeed { id: uuid(rng), spec, work: format!("dashboard-{index:04}-{number}") }
}

fn warehouse(held: &Holdings, index: usize) -> Value {
    let count = held.warehouses.len().max(1);
    json!(held.warehouses.get(index % count).map(|seed| seed.id.as_str()))
}
