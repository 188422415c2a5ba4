//! Tests model-serving endpoints and dashboards: their states, their refusals, and what the auditor sees of them.

use serde_json::{Value, json};
use sim::{
    By, Estate, Settings, Side,
    Side::{Primary, Standby},
    Stale, What,
};

use crate::drive::{Drive, HOUR, MINUTE, SECOND};

const ENDPOINTS: &str = "/api/2.0/serving-endpoints";
const DASHBOARDS: &str = "/api/2.0/lakeview/dashboards";

fn pair() -> Drive {
    Drive::with(Estate::everything(1, 240), Settings::default())
}

/// The names of the endpoints on the primary whose first entity has this member.
fn serving(drive: &mut Drive, member: &str) -> Vec<String> {
    let all = drive.get(Primary, ENDPOINTS)["endpoints"].as_array().cloned().expect("endpoints");
    let fits = |found: &&Value| found["config"]["served_entities"][0].get(member).is_some();
    all.iter().filter(fits).map(|found| found["name"].as_str().expect("a name").to_owned()).collect()
}

fn state(drive: &mut Drive, side: Side, name: &str) -> String {
    let seen = drive.get(side, &format!("{ENDPOINTS}/{name}"));
    let word = |key: &str| seen["state"][key].as_str().unwrap_or("-").to_owned();
    format!("{} {} {}", word("ready"), word("config_update"), word("suspend"))
}

/// The name of the first endpoint of a custom model that is in this state on the primary.
fn custom(drive: &mut Drive, word: &str) -> String {
    let named = serving(drive, "entity_version");
    let is_rented = |drive: &mut Drive, name: &str| {
        let seen = drive.get(Primary, &format!("{ENDPOINTS}/{name}"));
        seen["config"]["served_entities"][0].get("max_provisioned_throughput").is_some()
    };
    let fits = |name: &String| state(drive, Primary, name).contains(word) && !is_rented(drive, name);
    named.into_iter().find(fits).expect("one like that")
}

/// Every schedule of a side with this pause status.
fn schedules(drive: &mut Drive, side: Side, pause: &str) -> Vec<Value> {
    let dashboards = drive.pages(side, &format!("{DASHBOARDS}?page_size=3"), "dashboards");
    let mut all = Vec::new();
    for dashboard in dashboards {
        drive.wait(100);
        let id = dashboard["dashboard_id"].as_str().expect("an id").to_owned();
        all.extend(drive.pages(side, &format!("{DASHBOARDS}/{id}/schedules?page_size=1"), "schedules"));
    }
    all.into_iter().filter(|schedule| schedule["pause_status"] == json!(pause)).collect()
}

fn path_of(schedule: &Value) -> String {
    let part = |key: &str| schedule[key].as_str().expect("an id").to_owned();
    format!("{DASHBOARDS}/{}/schedules/{}", part("dashboard_id"), part("schedule_id"))
}

fn set_pause(drive: &mut Drive, side: Side, schedule: &Value, pause: &str) -> Value {
    let mut whole = schedule.clone();
    whole["pause_status"] = json!(pause);
    drive.wait(100);
    let (status, answer) = drive.ask(side, "PUT", &path_of(schedule), &whole);
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Number of stretches of this kind of processing that began on a side.
fn begun(drive: &Drive, side: Side, what: What) -> usize {
    drive.world.ledger().intervals.iter().filter(|found| found.side == side && found.what == what).count()
}

#[test]
fn an_endpoint_starts_with_an_update_and_stops_without_one_and_is_processing_in_between() {
    let mut drive = pair();
    let name = custom(&mut drive, " NOT_UPDATING -");
    let path = format!("{ENDPOINTS}/{name}");
    assert_eq!(state(&mut drive, Standby, &name), "NOT_READY NOT_UPDATING STOPPED");
    let version = drive.get(Standby, &path)["config"]["config_version"].as_i64().expect("a version");
    drive.post(Standby, &format!("{path}/config:start"), &json!({}));
    assert_eq!(state(&mut drive, Standby, &name), "NOT_READY IN_PROGRESS -");
    let refused = drive.refused(Standby, "POST", &format!("{path}/config:stop"), &json!({}));
    assert_eq!(refused.1, "INVALID_STATE", "an update is in progress");
    assert_eq!(drive.world.audit().processing_on(Standby), 0);
    drive.wait(5 * MINUTE);
    assert_eq!(state(&mut drive, Standby, &name), "READY NOT_UPDATING -");
    assert_eq!(drive.get(Standby, &path)["config"]["config_version"], json!(version + 1));
    assert_eq!(drive.world.audit().processing_on(Standby), 1);
    assert!(drive.world.audit().double_processing_ms > 0, "it serves on both sides");
    let refused = drive.refused(Standby, "POST", &format!("{path}/config:start"), &json!({}));
    assert_eq!(refused.1, "INVALID_STATE", "it is not stopped");
    drive.post(Standby, &format!("{path}/config:stop"), &json!({}));
    assert_eq!(state(&mut drive, Standby, &name), "READY NOT_UPDATING -");
    assert_eq!(drive.world.audit().processing_on(Standby), 1, "until it is stopped");
    drive.wait(MINUTE);
    drive.post(Standby, &format!("{path}/config:stop"), &json!({}));
    assert_eq!(state(&mut drive, Standby, &name), "NOT_READY NOT_UPDATING STOPPED");
    assert_eq!(drive.world.audit().processing_on(Standby), 0);
}

#[test]
fn an_endpoint_of_no_custom_model_takes_neither_stop_nor_start_and_never_counts_as_processing() {
    let mut drive = pair();
    let foreign = serving(&mut drive, "external_model").remove(0);
    let shared = serving(&mut drive, "foundation_model").remove(0);
    let custom = serving(&mut drive, "entity_version");
    let is_rented = |drive: &mut Drive, name: &str| {
        let seen = drive.get(Primary, &format!("{ENDPOINTS}/{name}"));
        seen["config"]["served_entities"][0].get("max_provisioned_throughput").is_some()
    };
    let rented = custom.into_iter().find(|name| is_rented(&mut drive, name)).expect("one of them");
    for name in [foreign, shared, rented] {
        for verb in ["stop", "start"] {
            let path = format!("{ENDPOINTS}/{name}/config:{verb}");
            assert_eq!(drive.refused(Primary, "POST", &path, &json!({})).0, 400, "{name}");
        }
        assert_eq!(state(&mut drive, Standby, &name), "READY NOT_UPDATING -");
        assert_eq!(drive.world.last_processing_ms(Primary, &name), None);
    }
}

#[test]
fn the_listing_of_endpoints_shows_less_than_a_look() {
    let mut drive = pair();
    let all = drive.get(Standby, ENDPOINTS)["endpoints"].as_array().cloned().expect("endpoints");
    for listed in &all {
        let shown = listed["config"]["served_entities"][0].as_object().expect("an entity");
        assert!(!shown.contains_key("environment_vars") && !shown.contains_key("max_provisioned_throughput"));
        assert!(listed["state"].get("suspend").is_none() && listed.get("permission_level").is_none());
    }
}

#[test]
fn a_schedule_that_is_on_refreshes_and_starts_its_warehouse_and_a_paused_one_does_not() {
    let mut drive = pair();
    let on = schedules(&mut drive, Primary, "UNPAUSED");
    let off = schedules(&mut drive, Primary, "PAUSED");
    assert!(on.len() > 5 && off.len() > 1);
    for warehouse in drive.get(Primary, "/api/2.0/sql/warehouses")["warehouses"].as_array().expect("some") {
        let stop = format!("/api/2.0/sql/warehouses/{}/stop", warehouse["id"].as_str().expect("an id"));
        drive.post(Primary, &stop, &Value::Null);
        drive.wait(100);
    }
    drive.wait(96 * HOUR);
    let usual: Vec<Value> = drive.pages(Primary, DASHBOARDS, "dashboards");
    for schedule in &on {
        let id = schedule["schedule_id"].as_str().expect("an id");
        assert!(drive.world.last_processing_ms(Primary, id).is_some(), "{schedule}");
        let dashboard = usual.iter().find(|found| found["dashboard_id"] == schedule["dashboard_id"]).expect("its own");
        let wakes = schedule.get("warehouse_id").unwrap_or(&dashboard["warehouse_id"]);
        let woken = |done: &&sim::Activation| {
            done.kind == "warehouse" && done.by == By::Itself && json!(done.resource) == *wakes
        };
        assert!(drive.world.ledger().activations.iter().any(|done| woken(&done)), "{id}");
    }
    for schedule in &off {
        let id = schedule["schedule_id"].as_str().expect("an id");
        assert_eq!(drive.world.last_processing_ms(Primary, id), None);
    }
    assert_eq!(begun(&drive, Standby, What::DashboardRefresh), 0);
}

#[test]
fn an_update_replaces_the_whole_schedule_and_needs_the_etag_that_was_read() {
    let mut drive = pair();
    let schedule = schedules(&mut drive, Primary, "UNPAUSED").remove(0);
    let path = path_of(&schedule);
    let changed = |key: &str, to: Value| {
        let mut changed = schedule.clone();
        changed[key] = to;
        changed
    };
    for (body, status, code) in [
        (changed("etag", Value::Null), 400, "INVALID_PARAMETER_VALUE"),
        (changed("etag", json!("another")), 409, "ABORTED"),
        (changed("cron_schedule", Value::Null), 400, "INVALID_PARAMETER_VALUE"),
        (changed("pause_status", json!("OFF")), 400, "INVALID_PARAMETER_VALUE"),
    ] {
        let refused = drive.refused(Primary, "PUT", &path, &body);
        assert_eq!((refused.0, refused.1.as_str()), (status, code), "{body}");
    }
    assert_eq!(drive.get(Primary, &path), schedule, "a refusal changes nothing");
    let paused = set_pause(&mut drive, Primary, &schedule, "PAUSED");
    assert_ne!(paused["etag"], schedule["etag"]);
    assert_eq!(paused["cron_schedule"], schedule["cron_schedule"]);
    assert_eq!(drive.refused(Primary, "PUT", &path, &schedule).0, 409, "it was changed since");
    let mut bare = paused.clone();
    for key in ["display_name", "warehouse_id"] {
        bare.as_object_mut().expect("an object").remove(key);
    }
    let after = set_pause(&mut drive, Primary, &bare, "PAUSED");
    assert!(after.get("warehouse_id").is_none(), "what is left out is gone");
}

#[test]
fn a_stale_read_shows_the_etag_that_was() {
    let stale = Stale { probability: 1.0, window_ms: 5_000 };
    let mut drive = Drive::with(Estate::everything(1, 240), Settings { stale, ..Settings::default() });
    let schedule = schedules(&mut drive, Primary, "UNPAUSED").remove(0);
    set_pause(&mut drive, Primary, &schedule, "PAUSED");
    assert_eq!(drive.get(Primary, &path_of(&schedule)), schedule);
    assert_eq!(drive.refused(Primary, "PUT", &path_of(&schedule), &schedule).0, 409);
    drive.wait(5 * SECOND);
    assert_eq!(drive.get(Primary, &path_of(&schedule))["pause_status"], json!("PAUSED"));
}

#[test]
fn what_was_off_and_is_woken_is_found_and_what_was_on_is_not() {
    let mut drive = pair();
    let stopped = custom(&mut drive, "STOPPED");
    let running = custom(&mut drive, " NOT_UPDATING -");
    let paused = schedules(&mut drive, Primary, "PAUSED").len();
    let asleep = schedules(&mut drive, Standby, "PAUSED");
    drive.world.mark_loss(drive.now);
    for name in [&stopped, &running] {
        drive.post(Standby, &format!("{ENDPOINTS}/{name}/config:start"), &json!({}));
    }
    for schedule in asleep {
        set_pause(&mut drive, Standby, &schedule, "UNPAUSED");
    }
    let found = drive.world.audit().woken_that_were_off;
    let of = |kind: &str| found.iter().filter(|name| name.starts_with(kind)).count();
    let counts = (of("serving_endpoint "), of("dashboard_schedule "), found.len());
    assert_eq!(counts, (1, paused, 1 + paused), "{found:?}");
}

#[test]
fn while_a_region_is_lost_neither_goes_on_and_both_are_back_with_it() {
    let mut drive = pair();
    drive.wait(HOUR);
    let lost = drive.now;
    drive.world.region_lost(lost, Primary);
    let ours = |what: What| matches!(what, What::ServingEndpoint | What::DashboardRefresh);
    let open =
        |drive: &Drive| drive.world.ledger().intervals.iter().filter(|i| ours(i.what) && i.to_ms.is_none()).count();
    assert_eq!(open(&drive), 0);
    drive.wait(3 * HOUR);
    let counts =
        |drive: &Drive| [What::ServingEndpoint, What::DashboardRefresh].map(|what| begun(drive, Primary, what));
    let before = counts(&drive);
    let late = drive.world.ledger().intervals.iter().filter(|i| ours(i.what) && i.from_ms > lost).count();
    assert_eq!(late, 0);
    drive.world.region_back(drive.now, Primary);
    drive.wait(2 * HOUR);
    let after = counts(&drive);
    assert!(after[0] > before[0] && after[1] > before[1], "{before:?} {after:?}");
}

#[test]
fn who_is_no_admin_sees_neither_all_endpoints_nor_all_dashboards() {
    let settings = Settings { admin: false, ..Settings::default() };
    let mut drive = Drive::with(Estate::everything(1, 2_000), settings);
    let mut other = Drive::with(Estate::everything(1, 2_000), Settings::default());
    let count = |drive: &mut Drive| {
        let endpoints = drive.get(Primary, ENDPOINTS)["endpoints"].as_array().map_or(0, Vec::len);
        (endpoints, drive.pages(Primary, DASHBOARDS, "dashboards").len())
    };
    let (seen, all) = (count(&mut drive), count(&mut other));
    assert!(seen.0 < all.0 && seen.1 < all.1, "{seen:?} of {all:?}");
    let names = serving(&mut other, "name");
    let shown = serving(&mut drive, "name");
    let hidden = names.iter().find(|name| !shown.contains(name)).expect("one that is hidden");
    assert_eq!(drive.refused(Primary, "GET", &format!("{ENDPOINTS}/{hidden}"), &Value::Null).0, 403);
}
