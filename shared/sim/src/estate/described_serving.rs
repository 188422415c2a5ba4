//! Makes the endpoints and dashboards of a described estate.
//!
//! Law: dashboards are made from the described schedules, since a dashboard without a schedule processes nothing.
//! Must not know: jobs and compute, except for the ids that are named.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    DashboardSeed, EndpointSeed, ScheduleSeed, SearchSeed,
    described::{DAY_MS, Description, Making, OWNER, hourly, pause, tag_pairs},
    names::{hex, uuid},
};
use crate::{
    json::{flag, items, set, text},
    search::SearchIndex,
};

pub(super) fn add_endpoint(making: &mut Making, one: &Description) {
    let foreign = flag(&one.details, "foreign");
    let entity = match foreign {
        true => {
            json!({ "name": "foreign", "external_model": { "name": "a-model", "provider": "openai", "task": "llm/v1/chat" } })
        }
        false => {
            json!({ "name": "model-1", "entity_name": "main.default.model", "entity_version": "1", "workload_size": "Small" })
        }
    };
    for side in 0..2 {
        let spec = json!({ "id": hex(&mut making.rng, 32), "creator": OWNER, "tags": tag_pairs(one) });
        making.sides[side].endpoints.push(EndpointSeed {
            name: one.name.clone(),
            spec,
            entities: json!([entity]),
            work: format!("serving_endpoint-{}", one.id),
            running: foreign || (side == 0 && one.active),
        });
    }
}

/// Adds a vector-search endpoint. It has a continuous index for each pipeline that it starts.
pub(super) fn add_search(making: &mut Making, one: &Description) {
    for side in 0..2 {
        let pipelines = items(&one.details, "uses").iter().filter(|used| text(used, "kind") == "pipeline");
        let pipelines = pipelines.filter_map(|used| making.on(side, "pipeline", text(used, "id")));
        let named = |(number, id): (usize, String)| SearchIndex {
            name: format!("main.search.{}_{number}", one.name),
            pipeline: Some((id, true)),
        };
        let indexes = pipelines.enumerate().map(named).collect();
        let id = uuid(&mut making.rng);
        let spec = json!({ "id": id, "endpoint_type": "STANDARD", "creator": OWNER, "custom_tags": tag_pairs(one) });
        making.sides[side].searches.push(SearchSeed {
            name: one.name.clone(),
            spec,
            indexes,
            work: format!("vector_search_endpoint-{}", one.id),
            running: side == 0 && one.active,
        });
    }
}

/// Adds dashboards with their schedules. The name of a schedule is the dashboard's name, a colon, and its own name.
pub(super) fn add_schedules(making: &mut Making, all: &[&Description]) {
    let mut dashboards: BTreeMap<&str, Vec<&Description>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.kind == "dashboard_schedule") {
        dashboards.entry(one.id.split('/').next().unwrap_or_default()).or_default().push(one);
    }
    for (place, schedules) in dashboards.into_values().enumerate() {
        let called = schedules.first().and_then(|one| one.name.split_once(": ")).map_or("", |(dashboard, _)| dashboard);
        for side in 0..2 {
            let mut id = String::new();
            let seeds = schedules.iter().map(|one| {
                let both = making.on(side, "dashboard_schedule", &one.id).unwrap_or_default();
                let (dashboard, own) = both.split_once('/').unwrap_or_default();
                if id.is_empty() {
                    dashboard.clone_into(&mut id);
                }
                let on = side == 0 && one.active;
                let name = one.name.strip_prefix(called).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&one.name);
                let mut spec = json!({
                    "cron_schedule": { "quartz_cron_expression": hourly(place), "timezone_id": "UTC" },
                    "pause_status": pause(on),
                    "display_name": name,
                });
                if let Some(warehouse) = making.used(side, one, "warehouse") {
                    set(&mut spec, "warehouse_id", json!(warehouse));
                }
                ScheduleSeed { id: own.to_owned(), spec, work: format!("dashboard_schedule-{}", one.id) }
            });
            let schedules = seeds.collect();
            let spec = json!({ "display_name": called });
            making.sides[side].dashboards.push(DashboardSeed { id, spec, age_ms: DAY_MS, schedules });
        }
    }
}
