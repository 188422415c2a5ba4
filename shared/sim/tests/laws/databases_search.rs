//! Tests vector search and databases: their states, their refusals, and what the auditor sees of them.

use serde_json::{Value, json};
use sim::{
    By, Estate, Settings, Side,
    Side::{Primary, Standby},
    What,
};

use crate::drive::{Drive, HOUR, MINUTE, SECOND};

const SEARCH: &str = "/api/2.0/vector-search/endpoints";
const DATABASES: &str = "/api/2.0/database/instances";

fn pair() -> Drive {
    Drive::with(Estate::everything(1, 240), Settings::default())
}

/// The names of the listed resources whose value at the pointer `at` equals `is`.
fn named(drive: &mut Drive, side: Side, path: &str, items: &str, at: &str, is: &Value) -> Vec<String> {
    let all = drive.pages(side, path, items);
    let fit = all.iter().filter(|found| found.pointer(at).unwrap_or(&Value::Null) == is);
    fit.map(|found| found["name"].as_str().expect("a name").to_owned()).collect()
}

fn online(drive: &mut Drive, side: Side) -> Vec<String> {
    named(drive, side, SEARCH, "endpoints", "/endpoint_status/state", &json!("ONLINE"))
}

fn search_state(drive: &mut Drive, side: Side, name: &str) -> Value {
    drive.get(side, &format!("{SEARCH}/{name}"))["endpoint_status"]["state"].clone()
}

/// Every endpoint of every branch of every project.
fn endpoints(drive: &mut Drive, side: Side) -> Vec<Value> {
    let mut all = Vec::new();
    for project in drive.pages(side, "/api/2.0/postgres/projects?page_size=2", "projects") {
        let path = format!("/api/2.0/postgres/{}/branches?page_size=1", project["name"].as_str().expect("a name"));
        for branch in drive.pages(side, &path, "branches") {
            let path = format!("/api/2.0/postgres/{}/endpoints?page_size=1", branch["name"].as_str().expect("a name"));
            all.extend(drive.pages(side, &path, "endpoints"));
        }
    }
    all
}

fn set_disabled(drive: &mut Drive, side: Side, endpoint: &Value, disabled: bool) -> Value {
    let path = format!("/api/2.0/postgres/{}?update_mask=spec.disabled", endpoint["name"].as_str().expect("a name"));
    let body = json!({ "spec": { "endpoint_type": endpoint["status"]["endpoint_type"], "disabled": disabled } });
    let (status, answer) = drive.ask(side, "PATCH", &path, &body);
    assert_eq!(status, 200, "{answer}");
    answer
}

fn set_stopped(drive: &mut Drive, side: Side, name: &str, stopped: bool) -> Value {
    let path = format!("{DATABASES}/{name}?update_mask=stopped");
    let (status, answer) = drive.ask(side, "PATCH", &path, &json!({ "name": name, "stopped": stopped }));
    assert_eq!(status, 200, "{answer}");
    answer
}

fn begun(drive: &Drive, side: Side, what: What) -> usize {
    drive.world.ledger().intervals.iter().filter(|found| found.side == side && found.what == what).count()
}

/// The name of an endpoint with a continuous index, and the id of the index's pipeline.
fn endless(drive: &mut Drive) -> (String, String) {
    for name in online(drive, Primary) {
        for index in
            drive.pages(Primary, &format!("/api/2.0/vector-search/indexes?endpoint_name={name}"), "vector_indexes")
        {
            assert!(index.get("delta_sync_index_spec").is_none(), "a listing names no pipeline");
            let path = format!("/api/2.0/vector-search/indexes/{}", index["name"].as_str().expect("a name"));
            let spec = drive.get(Primary, &path)["delta_sync_index_spec"].clone();
            if spec["pipeline_type"] == json!("CONTINUOUS") {
                return (name, spec["pipeline_id"].as_str().expect("an id").to_owned());
            }
        }
    }
    panic!("no continuous index");
}

fn pipeline_state(drive: &mut Drive, id: &str) -> Value {
    drive.get(Primary, &format!("/api/2.0/pipelines/{id}"))["state"].clone()
}

#[test]
fn a_search_endpoint_comes_up_and_goes_down_after_a_while_and_is_processing_in_between() {
    let mut drive = pair();
    let name = online(&mut drive, Primary).remove(0);
    let path = format!("{SEARCH}/{name}");
    let answer = drive.post(Standby, &format!("{path}/start"), &json!({}));
    assert_eq!(answer["endpoint_status"]["state"], json!("STARTING"));
    assert_eq!(drive.world.audit().processing_on(Standby), 0);
    drive.wait(4 * MINUTE);
    assert_eq!(search_state(&mut drive, Standby, &name), json!("ONLINE"));
    assert_eq!(drive.world.audit().processing_on(Standby), 1);
    drive.post(Standby, &format!("{path}/stop"), &json!({}));
    assert_eq!(search_state(&mut drive, Standby, &name), json!("STOPPING"));
    drive.wait(2 * MINUTE);
    drive.post(Standby, &format!("{path}/stop"), &json!({}));
    assert_eq!(search_state(&mut drive, Standby, &name), json!("STOPPED"));
    assert_eq!(drive.world.audit().processing_on(Standby), 0);
    assert_eq!(begun(&drive, Standby, What::VectorSearchEndpoint), 1);
}

#[test]
fn the_pipeline_of_a_continuous_index_starts_again_for_as_long_as_its_endpoint_is_up() {
    let mut drive = pair();
    let (name, pipeline) = endless(&mut drive);
    drive.post(Primary, &format!("/api/2.0/pipelines/{pipeline}/stop"), &json!({}));
    drive.wait(MINUTE);
    assert_eq!(pipeline_state(&mut drive, &pipeline), json!("IDLE"));
    drive.wait(10 * MINUTE);
    assert_eq!(pipeline_state(&mut drive, &pipeline), json!("RUNNING"));
    drive.post(Primary, &format!("{SEARCH}/{name}/stop"), &json!({}));
    drive.wait(4 * MINUTE);
    assert_eq!(pipeline_state(&mut drive, &pipeline), json!("IDLE"), "it stops with its endpoint");
    drive.post(Primary, &format!("/api/2.0/pipelines/{pipeline}/stop"), &json!({}));
    drive.wait(5 * HOUR);
    assert_eq!(pipeline_state(&mut drive, &pipeline), json!("IDLE"));
    drive.post(Primary, &format!("{SEARCH}/{name}/start"), &json!({}));
    drive.wait(10 * MINUTE);
    assert_eq!(pipeline_state(&mut drive, &pipeline), json!("RUNNING"), "and goes on with it");
}

#[test]
fn where_the_preview_is_off_no_endpoint_stops_or_starts() {
    let settings = Settings { search_stop_preview: false, ..Settings::default() };
    let mut drive = Drive::with(Estate::everything(1, 240), settings);
    let name = online(&mut drive, Primary).remove(0);
    for verb in ["stop", "start"] {
        let refused = drive.refused(Primary, "POST", &format!("{SEARCH}/{name}/{verb}"), &json!({}));
        assert_eq!((refused.0, refused.1.as_str()), (404, "FEATURE_DISABLED"));
    }
    assert_eq!(search_state(&mut drive, Primary, &name), json!("ONLINE"));
}

#[test]
fn a_database_instance_stops_and_starts_by_an_update_only() {
    let mut drive = pair();
    let on = named(&mut drive, Primary, DATABASES, "database_instances", "/state", &json!("AVAILABLE"));
    let off = named(&mut drive, Primary, DATABASES, "database_instances", "/state", &json!("STOPPED"));
    assert!(on.len() > 5 && off.len() > 1);
    let answer = set_stopped(&mut drive, Primary, &on[0], true);
    assert_eq!((&answer["state"], &answer["effective_stopped"]), (&json!("UPDATING"), &json!(true)));
    assert!(answer.get("stopped").is_none(), "it is input only");
    drive.wait(2 * MINUTE);
    assert_eq!(drive.get(Primary, &format!("{DATABASES}/{}", on[0]))["state"], json!("STOPPED"));
    drive.wait(30 * HOUR);
    assert_eq!(drive.get(Primary, &format!("{DATABASES}/{}", on[0]))["state"], json!("STOPPED"));
    let before = begun(&drive, Primary, What::DatabaseInstance);
    assert_eq!(set_stopped(&mut drive, Primary, &on[0], false)["state"], json!("STARTING"));
    drive.wait(4 * MINUTE);
    assert_eq!(drive.get(Primary, &format!("{DATABASES}/{}", on[0]))["state"], json!("AVAILABLE"));
    assert_eq!(begun(&drive, Primary, What::DatabaseInstance), before + 1);
    for (query, body) in [("?update_mask=state", json!({})), ("?update_mask=stopped", json!({ "stopped": "yes" }))] {
        let refused = drive.refused(Primary, "PATCH", &format!("{DATABASES}/{}{query}", on[0]), &body);
        assert_eq!(refused.1, "INVALID_PARAMETER_VALUE", "{query}");
    }
}

#[test]
fn a_database_endpoint_comes_up_for_whoever_connects_unless_it_is_disabled() {
    let mut drive = pair();
    let all = endpoints(&mut drive, Primary);
    let on: Vec<&Value> = all.iter().filter(|found| found["status"]["disabled"] == json!(false)).collect();
    assert!(on.len() > 5 && on.len() < all.len());
    assert!(all.iter().all(|found| found.get("spec").is_none()));
    drive.wait(4 * HOUR);
    assert!(begun(&drive, Primary, What::PostgresEndpoint) > on.len(), "some were suspended and came up again");
    for endpoint in &on {
        drive.wait(100);
        set_disabled(&mut drive, Primary, endpoint, true);
    }
    drive.wait(MINUTE);
    let before = begun(&drive, Primary, What::PostgresEndpoint);
    assert!(endpoints(&mut drive, Primary).iter().all(|found| found["status"]["current_state"] == json!("IDLE")));
    drive.wait(30 * HOUR);
    assert_eq!(begun(&drive, Primary, What::PostgresEndpoint), before);
    set_disabled(&mut drive, Primary, on[0], false);
    drive.wait(10 * SECOND);
    assert_eq!(begun(&drive, Primary, What::PostgresEndpoint), before + 1);
}

#[test]
fn an_update_of_a_database_endpoint_answers_an_operation() {
    let mut drive = pair();
    let endpoint = endpoints(&mut drive, Primary).remove(0);
    let operation = set_disabled(&mut drive, Primary, &endpoint, true);
    assert_eq!(operation["done"], json!(false));
    drive.wait(MINUTE);
    let done = drive.get(Primary, &format!("/api/2.0/postgres/{}", operation["name"].as_str().expect("a name")));
    assert_eq!((&done["done"], &done["response"]["name"]), (&json!(true), &endpoint["name"]));
    let path = format!("/api/2.0/postgres/{}", endpoint["name"].as_str().expect("a name"));
    let typed = json!({ "spec": { "endpoint_type": "ENDPOINT_TYPE_READ_WRITE" } });
    for (query, body) in [("", &typed), ("?update_mask=status", &typed), ("?update_mask=spec.disabled", &json!({}))] {
        let refused = drive.refused(Primary, "PATCH", &format!("{path}{query}"), body);
        assert_eq!(refused.1, "INVALID_PARAMETER_VALUE", "{query}");
    }
}

#[test]
fn what_was_off_and_is_woken_is_found() {
    let mut drive = pair();
    drive.world.mark_loss(drive.now);
    let states = [("/endpoint_status/state", SEARCH, "endpoints"), ("/state", DATABASES, "database_instances")];
    let mut off = 0;
    for (at, path, items) in states {
        let names = named(&mut drive, Primary, path, items, at, &json!("STOPPED"));
        off += names.len();
        for name in names {
            drive.wait(100);
            match path {
                SEARCH => drop(drive.post(Standby, &format!("{path}/{name}/start"), &json!({}))),
                _ => drop(set_stopped(&mut drive, Standby, &name, false)),
            }
        }
    }
    let disabled =
        endpoints(&mut drive, Primary).into_iter().filter(|found| found["status"]["disabled"] == json!(true));
    for endpoint in disabled.collect::<Vec<_>>() {
        off += 1;
        drive.wait(100);
        set_disabled(&mut drive, Standby, &endpoint, false);
    }
    let on = online(&mut drive, Primary).remove(0);
    drive.post(Standby, &format!("{SEARCH}/{on}/start"), &json!({}));
    assert_eq!(drive.world.audit().woken_that_were_off.len(), off);
    assert!(drive.world.ledger().activations.iter().any(|done| done.by == By::Api));
}

#[test]
fn while_a_region_is_lost_none_goes_on_and_all_are_back_with_it() {
    let mut drive = pair();
    drive.wait(HOUR);
    let lost = drive.now;
    drive.world.region_lost(lost, Primary);
    let ours = [What::VectorSearchEndpoint, What::DatabaseInstance, What::PostgresEndpoint];
    let intervals = |drive: &Drive, what: What| -> Vec<sim::Interval> {
        drive.world.ledger().intervals.iter().filter(|i| i.side == Primary && i.what == what).cloned().collect()
    };
    drive.wait(3 * HOUR);
    for what in ours {
        assert!(intervals(&drive, what).iter().all(|i| i.to_ms.is_some() && i.from_ms <= lost), "{what:?}");
    }
    drive.world.region_back(drive.now, Primary);
    drive.wait(2 * HOUR);
    for what in ours {
        assert!(intervals(&drive, what).iter().any(|i| i.from_ms > lost), "{what:?}");
    }
}

#[test]
fn old_queries_and_alerts_are_listed_in_pages_and_show_no_schedule() {
    let mut drive = pair();
    for (path, items) in [("/api/2.0/sql/queries", 9), ("/api/2.0/sql/alerts", 5)] {
        let all = drive.pages(Primary, &format!("{path}?page_size=2"), "results");
        assert_eq!(all.len(), items, "{path}");
        assert!(all.iter().all(|found| found.get("schedule").is_none()));
        let one = format!("{path}/{}", all[0]["id"].as_str().expect("an id"));
        assert_eq!(drive.get(Primary, &one), all[0]);
    }
}

#[test]
fn no_more_than_a_hundred_clusters_are_pinned() {
    let mut drive = Drive::with(Estate::generate(1, 1_600), Settings::default());
    let mut pinned =
        drive.pages(Primary, "/api/2.1/clusters/list?filter_by.is_pinned=true&page_size=100", "clusters").len();
    assert!(pinned < 100);
    for cluster in drive.pages(Primary, "/api/2.1/clusters/list?filter_by.is_pinned=false&page_size=100", "clusters") {
        drive.wait(100);
        let body = json!({ "cluster_id": cluster["cluster_id"] });
        if pinned < 100 {
            drive.post(Primary, "/api/2.1/clusters/pin", &body);
            drive.post(Primary, "/api/2.1/clusters/pin", &body);
            pinned += 1;
        } else {
            assert_eq!(drive.refused(Primary, "POST", "/api/2.1/clusters/pin", &body).0, 400);
        }
    }
    assert_eq!(pinned, 100);
}
