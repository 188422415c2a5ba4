//! Tests what an estate must be like.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::{
    json::{items, number, text},
    triggers::active_slots,
};

#[test]
fn the_same_seed_gives_the_same_estate_and_another_seed_another() {
    assert_eq!(Estate::generate(3, 240), Estate::generate(3, 240));
    assert_ne!(Estate::generate(3, 240), Estate::generate(4, 240));
}

#[test]
fn both_sides_hold_as_much_as_was_asked_for() {
    for size in [12, 240, 1000] {
        let estate = Estate::generate(1, size);
        assert_eq!(estate.len(Side::Primary), size);
        assert_eq!(estate.len(Side::Standby), size);
    }
}

#[test]
fn every_way_to_start_a_job_is_there() {
    let estate = Estate::generate(1, 240);
    let mut ways = BTreeSet::new();
    for job in &estate.of(Side::Primary).jobs {
        for key in ["schedule", "trigger", "continuous", "triggers"] {
            if let Some(entry) = job.settings.get(key) {
                let kind =
                    ["file_arrival", "table_update", "periodic"].into_iter().find(|kind| entry.get(kind).is_some());
                ways.insert(kind.unwrap_or(key).to_owned());
            }
        }
    }
    let all = ["continuous", "file_arrival", "periodic", "schedule", "table_update", "triggers"];
    assert_eq!(ways.into_iter().collect::<Vec<_>>(), all);
}

#[test]
fn about_fifteen_percent_are_paused_on_purpose() {
    let estate = Estate::generate(1, 240);
    let with_start = |job: &&JobSeed| {
        ["schedule", "trigger", "continuous", "triggers"].iter().any(|key| job.settings.get(*key).is_some())
    };
    let jobs = &estate.of(Side::Primary).jobs;
    let starts = jobs.iter().filter(with_start).count();
    let paused = jobs.iter().filter(with_start).filter(|job| active_slots(&job.settings).is_empty()).count();
    let percent = paused * 100 / starts;
    assert!((10..=20).contains(&percent), "{percent} %");
}

#[test]
fn a_standby_is_asleep() {
    let estate = Estate::generate(1, 240);
    let standby = estate.of(Side::Standby);
    for job in &standby.jobs {
        assert!(active_slots(&job.settings).is_empty(), "{} would start", job.work);
        assert_eq!(number(&job.settings, "max_concurrent_runs"), Some(0));
        assert!(job.live.is_empty());
    }
    assert!(standby.clusters.iter().all(|cluster| !cluster.running));
    assert!(standby.warehouses.iter().all(|warehouse| !warehouse.running));
    assert!(standby.pipelines.iter().all(|pipeline| !pipeline.running));
    assert!(standby.pools.iter().all(|pool| number(&pool.spec, "min_idle_instances") == Some(0)));
    assert!(standby.submitted.is_empty());
}

#[test]
fn references_point_to_the_sides_own_resources() {
    let estate = Estate::generate(1, 240);
    for side in Side::BOTH {
        let held = estate.of(side);
        let clusters: BTreeSet<&str> = held.clusters.iter().map(|seed| seed.id.as_str()).collect();
        let pipelines: BTreeSet<&str> = held.pipelines.iter().map(|seed| seed.id.as_str()).collect();
        let jobs: BTreeSet<i64> = held.jobs.iter().map(|seed| seed.id).collect();
        let mut seen = 0;
        for task in held.jobs.iter().flat_map(|job| items(&job.settings, "tasks")) {
            let cluster = text(task, "existing_cluster_id");
            assert!(cluster.is_empty() || clusters.contains(cluster));
            let pipeline = task.get("pipeline_task").map(|inner| text(inner, "pipeline_id"));
            assert!(pipeline.is_none_or(|id| pipelines.contains(id)));
            let job = task.get("run_job_task").and_then(|inner| number(inner, "job_id"));
            assert!(job.is_none_or(|id| jobs.contains(&id)));
            seen += usize::from(!cluster.is_empty() || pipeline.is_some() || job.is_some());
        }
        assert!(seen > 20, "only {seen} references on {}", side.word());
    }
}

#[test]
fn the_map_names_exactly_the_jobs_that_share_a_name() {
    let estate = Estate::generate(1, 240);
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for job in &estate.of(Side::Primary).jobs {
        by_name.entry(text(&job.settings, "name")).or_default().push(job.id.to_string());
    }
    let shared: BTreeSet<String> = by_name.into_values().filter(|ids| ids.len() > 1).flatten().collect();
    let mapped: BTreeSet<String> = estate.explicit_map().into_iter().map(|(_, primary, _)| primary).collect();
    assert!(mapped.len() >= 4);
    assert_eq!(mapped, shared);
    assert!(Estate::ambiguous(1, 240).explicit_map().is_empty());
}

#[test]
fn ids_differ_between_the_sides() {
    for (kind, primary, standby) in Estate::generate(1, 240).counterparts() {
        assert_ne!(primary, standby, "{kind}");
    }
}

#[test]
fn a_small_estate_has_twelve_resources_and_one_run() {
    let estate = Estate::small();
    assert_eq!((estate.len(Side::Primary), estate.len(Side::Standby)), (12, 12));
    let live: usize = estate.of(Side::Primary).jobs.iter().map(|job| job.live.len()).sum();
    assert_eq!(live, 1);
    let kinds: BTreeSet<String> = estate.counterparts().into_iter().map(|(kind, _, _)| kind).collect();
    assert_eq!(kinds.len(), 5);
}

#[test]
fn an_estate_that_has_everything_is_the_usual_one_with_more_kinds() {
    let (usual, everything) = (Estate::generate(1, 240), Estate::everything(1, 240));
    for side in Side::BOTH {
        let held = everything.of(side);
        assert!(held.apps.len() >= 8 && held.alerts.len() >= 12);
        assert!(held.endpoints.len() >= 12 && held.dashboards.len() >= 8);
        assert!(held.searches.len() >= 8 && held.databases.len() >= 8 && held.postgres.len() >= 8);
        let usual = usual.of(side);
        let (pipelines, more) = held.pipelines.split_at(usual.pipelines.len());
        assert!(more.iter().any(|pipeline| pipeline.running) == (side == Side::Primary));
        let without = Holdings {
            jobs: held.jobs.clone(),
            clusters: held.clusters.clone(),
            pools: held.pools.clone(),
            warehouses: held.warehouses.clone(),
            pipelines: pipelines.to_vec(),
            submitted: held.submitted.clone(),
            ..Holdings::default()
        };
        assert_eq!(&without, usual);
        let warehouses: BTreeSet<&str> = held.warehouses.iter().map(|seed| seed.id.as_str()).collect();
        assert!(held.alerts.iter().all(|alert| warehouses.contains(text(&alert.spec, "warehouse_id"))));
        // [docs: apps/create].
        assert!(held.apps.iter().all(|app| (2..=30).contains(&app.name.len())));
    }
    let on = |alert: &&AlertSeed| alert.spec["schedule"]["pause_status"] == "UNPAUSED";
    let [primary, standby] = Side::BOTH.map(|side| everything.of(side));
    let (apps, alerts) = (primary.apps.len(), primary.alerts.len());
    let (running, unpaused) =
        (primary.apps.iter().filter(|app| app.running).count(), primary.alerts.iter().filter(on).count());
    assert!((1..apps).contains(&running) && (1..alerts).contains(&unpaused), "some are off on purpose");
    assert!(!standby.apps.iter().any(|app| app.running) && standby.alerts.iter().filter(on).count() == 0);
    let names =
        |held: &Holdings| held.alerts.iter().map(|alert| alert.spec["display_name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(primary), names(standby));
}

#[test]
fn endpoints_and_dashboards_have_the_same_names_on_both_sides_and_the_standby_sleeps() {
    let everything = Estate::everything(1, 240);
    let [primary, standby] = Side::BOTH.map(|side| everything.of(side));
    let schedules =
        |held: &Holdings| held.dashboards.iter().flat_map(|seed| seed.schedules.clone()).collect::<Vec<_>>();
    let on = |held: &Holdings| schedules(held).iter().filter(|seed| seed.spec["pause_status"] == "UNPAUSED").count();
    assert!((1..schedules(primary).len()).contains(&on(primary)) && on(standby) == 0, "some are off on purpose");
    assert!(primary.dashboards.iter().any(|seed| seed.schedules.is_empty()));
    let up = |held: &Holdings| held.endpoints.iter().filter(|seed| seed.running).count();
    assert!(up(standby) < up(primary) && up(primary) < primary.endpoints.len());
    let names = |held: &Holdings| {
        let dashboards = held.dashboards.iter().map(|seed| text(&seed.spec, "display_name").to_owned());
        dashboards.chain(held.endpoints.iter().map(|seed| seed.name.clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(primary), names(standby));
}
