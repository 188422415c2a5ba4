//! Tests clusters, pools, warehouses and pipelines: their states and their refusals.

use serde_json::{Value, json};
use sim::{
    By, Estate, Settings,
    Side::{Primary, Standby},
};

use crate::drive::{Drive, MINUTE, SECOND};

fn cluster_path(id: &str) -> String {
    format!("/api/2.1/clusters/get?cluster_id={id}")
}

/// An all-purpose cluster of the standby without a pool.
fn standby_cluster(drive: &mut Drive) -> Value {
    let all = drive.pages(Standby, "/api/2.1/clusters/list?page_size=100", "clusters");
    let found = all.into_iter().find(|found| found.get("instance_pool_id").is_none());
    found.expect("one without a pool")
}

fn state(drive: &mut Drive, path: &str) -> String {
    drive.get(Standby, path)["state"].as_str().expect("a state").to_owned()
}

#[test]
fn a_cluster_comes_up_after_minutes_and_goes_down_after_seconds() {
    let mut drive = Drive::usual(1);
    let id = standby_cluster(&mut drive)["cluster_id"].as_str().expect("an id").to_owned();
    let body = json!({ "cluster_id": id });
    drive.post(Standby, "/api/2.1/clusters/start", &body);
    drive.post(Standby, "/api/2.1/clusters/start", &body);
    drive.wait(80 * SECOND);
    assert_eq!(state(&mut drive, &cluster_path(&id)), "PENDING");
    drive.wait(3 * MINUTE);
    assert_eq!(state(&mut drive, &cluster_path(&id)), "RUNNING");
    drive.post(Standby, "/api/2.1/clusters/delete", &body);
    drive.post(Standby, "/api/2.1/clusters/delete", &body);
    assert_eq!(state(&mut drive, &cluster_path(&id)), "TERMINATING");
    drive.wait(MINUTE);
    assert_eq!(state(&mut drive, &cluster_path(&id)), "TERMINATED");
}

#[test]
fn an_edit_restarts_a_running_cluster_and_is_refused_in_between() {
    let mut drive = Drive::usual(1);
    let cluster = standby_cluster(&mut drive);
    let id = cluster["cluster_id"].as_str().expect("an id").to_owned();
    let edit = json!({
        "cluster_id": id, "cluster": { "num_workers": 8 }, "update_mask": "num_workers",
    });
    drive.post(Standby, "/api/2.1/clusters/update", &edit);
    assert_eq!(state(&mut drive, &cluster_path(&id)), "TERMINATED");
    drive.post(Standby, "/api/2.1/clusters/start", &json!({ "cluster_id": id }));
    let refused = drive.refused(Standby, "POST", "/api/2.1/clusters/update", &edit);
    assert_eq!(refused.1, "INVALID_STATE");
    drive.wait(5 * MINUTE);
    drive.post(Standby, "/api/2.1/clusters/update", &edit);
    let seen = drive.get(Standby, &cluster_path(&id));
    assert_eq!((&seen["state"], &seen["num_workers"]), (&json!("RESTARTING"), &json!(8)));
}

#[test]
fn a_missing_cluster_is_a_bad_request() {
    let mut drive = Drive::small();
    let refused = drive.refused(Primary, "GET", &cluster_path("0101-x"), &Value::Null);
    assert_eq!((refused.0, refused.1.as_str()), (400, "INVALID_PARAMETER_VALUE"));
    assert!(refused.2.contains("does not exist"));
}

#[test]
fn an_unpinned_cluster_leaves_the_listing_thirty_days_after_it_ended() {
    let mut drive = Drive::small();
    let listed = |drive: &mut Drive| -> Vec<Value> {
        let all = drive.pages(Standby, "/api/2.1/clusters/list?page_size=100", "clusters");
        all.iter().map(|found| found["cluster_id"].clone()).collect()
    };
    let before = listed(&mut drive);
    assert_eq!(before.len(), 2);
    drive.post(Standby, "/api/2.1/clusters/pin", &json!({ "cluster_id": before[0] }));
    drive.post(Standby, "/api/2.1/clusters/unpin", &json!({ "cluster_id": before[1] }));
    drive.wait(31 * 24 * 60 * MINUTE);
    assert_eq!(listed(&mut drive), before[..1]);
}

#[test]
fn a_connecting_notebook_starts_a_terminated_cluster_by_itself() {
    let mut drive = Drive::usual(1);
    let id = standby_cluster(&mut drive)["cluster_id"].as_str().expect("an id").to_owned();
    drive.world.use_cluster(drive.now, Standby, &id);
    assert_eq!(state(&mut drive, &cluster_path(&id)), "PENDING");
    let last = drive.world.ledger().activations.last().expect("an activation").clone();
    assert_eq!((last.kind, last.by, last.resource), ("cluster", By::Itself, id));
}

#[test]
fn a_pool_fills_after_a_while_and_a_full_pool_starts_no_cluster() {
    let estate = Estate::small();
    let mut drive = Drive::with(estate.clone(), Settings::default());
    let (_, pool) = drive.pair_of(&estate, "pool");
    let path = format!("/api/2.0/instance-pools/get?instance_pool_id={pool}");
    let seen = drive.get(Standby, &path);
    let edit = |least: i64, most: i64| {
        json!({
            "instance_pool_id": pool,
            "instance_pool_name": seen["instance_pool_name"],
            "node_type_id": seen["node_type_id"],
            "min_idle_instances": least,
            "max_capacity": most,
            "idle_instance_autotermination_minutes": 0,
        })
    };
    drive.post(Standby, "/api/2.0/instance-pools/edit", &edit(2, 2));
    assert_eq!(drive.get(Standby, &path)["stats"]["pending_idle_count"], json!(2));
    drive.wait(3 * MINUTE);
    assert_eq!(drive.get(Standby, &path)["stats"]["idle_count"], json!(2));
    drive.post(Standby, "/api/2.0/instance-pools/edit", &edit(0, 1));
    drive.wait(MINUTE);
    assert_eq!(drive.get(Standby, &path)["stats"]["idle_count"], json!(0));

    let body = json!({ "run_name": "wide", "tasks": [{
        "task_key": "main",
        "new_cluster": { "num_workers": 3, "instance_pool_id": pool },
    }]});
    let run = drive.post(Standby, "/api/2.2/jobs/runs/submit", &body)["run_id"].as_i64();
    drive.until_life(Standby, run.expect("an id"), "INTERNAL_ERROR");
}

#[test]
fn a_pool_edit_needs_its_required_members_and_zero_capacity_is_a_switch() {
    for (accepted, status) in [(false, 400), (true, 200)] {
        let settings = Settings { pool_zero_capacity: accepted, ..Settings::default() };
        let estate = Estate::small();
        let mut drive = Drive::with(estate.clone(), settings);
        let (_, pool) = drive.pair_of(&estate, "pool");
        let path = format!("/api/2.0/instance-pools/get?instance_pool_id={pool}");
        let seen = drive.get(Standby, &path);
        let mut edit = json!({ "instance_pool_id": pool, "max_capacity": 0 });
        let edit_path = "/api/2.0/instance-pools/edit";
        assert_eq!(drive.refused(Standby, "POST", edit_path, &edit).0, 400);
        edit["instance_pool_name"] = seen["instance_pool_name"].clone();
        edit["node_type_id"] = seen["node_type_id"].clone();
        assert_eq!(drive.ask(Standby, "POST", edit_path, &edit).0, status);
    }
}

#[test]
fn a_warehouse_starts_when_it_is_used_and_stays_stopped_otherwise() {
    let estate = Estate::small();
    let mut drive = Drive::with(estate.clone(), Settings::default());
    let (_, id) = drive.pair_of(&estate, "warehouse");
    let path = format!("/api/2.0/sql/warehouses/{id}");
    drive.wait(60 * MINUTE);
    assert_eq!(state(&mut drive, &path), "STOPPED");
    drive.post(Standby, &format!("{path}/stop"), &Value::Null);
    assert_eq!(state(&mut drive, &path), "STOPPED");
    drive.world.use_warehouse(drive.now, Standby, &id);
    assert_eq!(state(&mut drive, &path), "STARTING");
    drive.wait(5 * MINUTE);
    assert_eq!(state(&mut drive, &path), "RUNNING");
    drive.post(Standby, &format!("{path}/stop"), &Value::Null);
    assert_eq!(state(&mut drive, &path), "STOPPING");
    drive.wait(MINUTE);
    assert_eq!(state(&mut drive, &path), "STOPPED");
}

#[test]
fn a_pipeline_has_one_update_at_a_time_and_a_continuous_one_runs_until_stopped() {
    let estate = Estate::small();
    let mut drive = Drive::with(estate.clone(), Settings::default());
    let (_, id) = drive.pair_of(&estate, "pipeline");
    let path = format!("/api/2.0/pipelines/{id}");
    drive.post(Standby, &format!("{path}/stop"), &Value::Null);
    drive.post(Standby, &format!("{path}/updates"), &json!({}));
    let second = drive.refused(Standby, "POST", &format!("{path}/updates"), &json!({}));
    assert_eq!(second.0, 409);
    drive.wait(600 * MINUTE);
    assert_eq!(state(&mut drive, &path), "RUNNING");
    drive.post(Standby, &format!("{path}/stop"), &Value::Null);
    assert_eq!(state(&mut drive, &path), "STOPPING");
    assert_eq!(drive.world.last_processing_ms(Standby, &id), Some(drive.world.now_ms()));
    drive.wait(MINUTE);
    let seen = drive.get(Standby, &path);
    assert_eq!(seen["state"], json!("IDLE"));
    assert_eq!(seen["latest_updates"][0]["state"], json!("CANCELED"));
    assert!(drive.world.last_processing_ms(Standby, &id) < Some(drive.world.now_ms()));
}

#[test]
fn listings_of_warehouses_and_pipelines_are_paged() {
    let mut drive = Drive::usual(1);
    let warehouses = drive.pages(Primary, "/api/2.0/sql/warehouses?page_size=4", "warehouses");
    let pipelines = drive.pages(Primary, "/api/2.0/pipelines?max_results=5", "statuses");
    assert_eq!((warehouses.len(), pipelines.len()), (19, 24));
    assert!(pipelines.iter().all(|found| found.get("spec").is_none()));
    let refused = drive.refused(Primary, "GET", "/api/2.0/pipelines?max_results=101", &Value::Null);
    assert_eq!(refused.0, 400);
}
