//! Makes the apps and alerts of an estate that has everything.
//!
//! Law: they are drawn after everything else and apart from it, so that an estate without them is
//! the same in all other kinds. On a standby every app is stopped and every alert is paused.
//! Must not know: jobs, clusters, pools, pipelines.

use rand::{SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

use super::{
    AlertSeed, AppSeed, Holdings,
    names::{name, uuid},
    recipes::CRONS,
};

const DAY_MS: i64 = 86_400_000;
const OWNER: &str = "data-platform@cloud.example";

pub(super) fn add(seed: u64, resources: usize, sides: &mut [Holdings; 2]) {
    let mut rng = SmallRng::seed_from_u64(seed ^ 0x61_70_70_73);
    let part = |percent: usize| (resources * percent / 100).max(4);
    for index in 0..part(4) {
        for (side, held) in sides.iter_mut().enumerate() {
            let app = app(&mut rng, index, side == 0, held);
            held.apps.push(app);
        }
    }
    let alerts = part(6);
    for index in 0..alerts {
        for (side, held) in sides.iter_mut().enumerate() {
            let age_ms = i64::try_from(alerts - index).unwrap_or(1) * DAY_MS;
            let alert = alert(&mut rng, index, side == 0, age_ms, held);
            held.alerts.push(alert);
        }
    }
}

/// One app in four is stopped on purpose. The process of one app in six has crashed.
fn app(rng: &mut SmallRng, index: usize, primary: bool, held: &Holdings) -> AppSeed {
    let name = name("app", index);
    let path = format!("/Workspace/apps/{name}");
    let spec = json!({
        "id": uuid(rng),
        "description": format!("App {index}"),
        "compute_size": "MEDIUM",
        "creator": OWNER,
        "default_source_code_path": path,
        "service_principal_client_id": uuid(rng),
        "service_principal_name": format!("app-{name}"),
        "resources": [{
            "name": "warehouse",
            "sql_warehouse": { "id": warehouse(held, index), "permission": "CAN_USE" },
        }],
    });
    let deployment = json!({
        "deployment_id": uuid(rng),
        "source_code_path": path,
        "mode": "SNAPSHOT",
        "status": { "state": "SUCCEEDED", "message": "App started successfully" },
    });
    let work = format!("app-{index:04}");
    AppSeed { name, spec, deployment, work, running: primary && index % 4 != 3, crashes: index % 6 == 1 }
}

/// One alert in five is paused on purpose.
fn alert(rng: &mut SmallRng, index: usize, primary: bool, age_ms: i64, held: &Holdings) -> AlertSeed {
    let paused = !primary || index % 5 == 3;
    let spec = json!({
        "display_name": name("alert", index),
        "query_text": format!("SELECT count(*) AS late FROM main.gold.t{index:04}"),
        "warehouse_id": warehouse(held, index),
        "evaluation": {
            "source": { "name": "late" },
            "comparison_operator": "GREATER_THAN",
            "threshold": { "value": { "double_value": 0.0 } },
            "empty_result_state": "OK",
            "notification": { "notify_on_ok": false, "subscriptions": [{ "user_email": OWNER }] },
        },
        "schedule": {
            "quartz_cron_schedule": CRONS[index % CRONS.len()],
            "timezone_id": "UTC",
            "pause_status": if paused { "PAUSED" } else { "UNPAUSED" },
        },
        "owner_user_name": OWNER,
        "run_as_user_name": OWNER,
    });
    AlertSeed { id: uuid(rng), spec, work: format!("alert-{index:04}"), age_ms }
}

fn warehouse(held: &Holdings, index: usize) -> Value {
    let count = held.warehouses.len().max(1);
    json!(held.warehouses.get(index % count).map(|seed| seed.id.as_str()))
}
