//! Tests apps and alerts: their states, their refusals, and what the auditor sees of them.

use serde_json::{Value, json};
use sim::{
    By, Estate, Settings, Side,
    Side::{Primary, Standby},
    What,
};

use crate::drive::{Drive, HOUR, MINUTE, SECOND};

fn pair() -> Drive {
    Drive::with(Estate::everything(1, 240), Settings::default())
}

fn app(drive: &mut Drive, side: Side, name: &str) -> (String, String) {
    let seen = drive.get(side, &format!("/api/2.0/apps/{name}"));
    let word = |status: &str| seen[status]["state"].as_str().expect("a state").to_owned();
    (word("compute_status"), word("app_status"))
}

/// The name of the first app whose process is in this state.
fn named(drive: &mut Drive, process: &str) -> String {
    let all = drive.pages(Primary, "/api/2.0/apps?page_size=3", "apps");
    let found = all.iter().find(|app| app["app_status"]["state"] == json!(process)).expect("one like that");
    found["name"].as_str().expect("a name").to_owned()
}

/// Every alert of a side with this pause status.
fn alerts(drive: &mut Drive, side: Side, pause: &str) -> Vec<Value> {
    let all = drive.pages(side, "/api/2.0/alerts?page_size=5", "alerts");
    all.into_iter().filter(|alert| alert["schedule"]["pause_status"] == json!(pause)).collect()
}

fn set_pause(drive: &mut Drive, side: Side, alert: &Value, pause: &str) -> Value {
    let mut schedule = alert["schedule"].clone();
    schedule["pause_status"] = json!(pause);
    let path = format!("/api/2.0/alerts/{}?update_mask=schedule", alert["id"].as_str().expect("an id"));
    let (status, answer) = drive.ask(side, "PATCH", &path, &json!({ "schedule": schedule }));
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Number of stretches of this kind of processing that began on a side.
fn begun(drive: &Drive, side: Side, what: What) -> usize {
    drive.world.ledger().intervals.iter().filter(|found| found.side == side && found.what == what).count()
}

#[test]
fn an_app_comes_up_and_goes_down_after_a_while_and_is_processing_in_between() {
    let mut drive = pair();
    let name = named(&mut drive, "RUNNING");
    let path = format!("/api/2.0/apps/{name}");
    drive.post(Standby, &format!("{path}/start"), &json!({}));
    assert_eq!(app(&mut drive, Standby, &name), ("STARTING".to_owned(), "DEPLOYING".to_owned()));
    assert_eq!(drive.world.audit().processing_on(Standby), 0);
    drive.wait(2 * MINUTE);
    assert_eq!(app(&mut drive, Standby, &name), ("ACTIVE".to_owned(), "RUNNING".to_owned()));
    drive.post(Standby, &format!("{path}/start"), &json!({}));
    assert_eq!(drive.world.audit().processing_on(Standby), 1);
    assert!(drive.world.audit().double_processing_ms > 0, "it is up on both sides");
    drive.post(Standby, &format!("{path}/stop"), &json!({}));
    assert_eq!(app(&mut drive, Standby, &name), ("STOPPING".to_owned(), "UNAVAILABLE".to_owned()));
    assert_eq!(drive.world.audit().processing_on(Standby), 1, "until it is stopped");
    drive.wait(30 * SECOND);
    drive.post(Standby, &format!("{path}/stop"), &json!({}));
    assert_eq!(app(&mut drive, Standby, &name).0, "STOPPED");
    assert_eq!(drive.world.audit().processing_on(Standby), 0);
    assert_eq!(begun(&drive, Standby, What::App), 1);
}

#[test]
fn a_crashed_app_counts_as_processing_for_as_long_as_its_compute_is_up() {
    let mut drive = pair();
    let name = named(&mut drive, "CRASHED");
    assert_eq!(app(&mut drive, Primary, &name).0, "ACTIVE");
    assert_eq!(drive.world.last_processing_ms(Primary, &name), Some(drive.world.now_ms()));
}

#[test]
fn an_alert_that_is_on_evaluates_and_starts_its_warehouse_and_a_paused_one_does_not() {
    let mut drive = pair();
    let (on, off) = (alerts(&mut drive, Primary, "UNPAUSED"), alerts(&mut drive, Primary, "PAUSED"));
    assert!(on.len() > 8 && off.len() > 1);
    for warehouse in drive.get(Primary, "/api/2.0/sql/warehouses")["warehouses"].as_array().expect("some") {
        let stop = format!("/api/2.0/sql/warehouses/{}/stop", warehouse["id"].as_str().expect("an id"));
        drive.post(Primary, &stop, &Value::Null);
        drive.wait(100);
    }
    drive.wait(26 * HOUR);
    for alert in &on {
        let id = alert["id"].as_str().expect("an id");
        let seen = drive.get(Primary, &format!("/api/2.0/alerts/{id}"));
        assert!(seen["evaluation"]["last_evaluated_at"].is_string(), "{seen}");
        drive.wait(100);
        let woken = |done: &&sim::Activation| {
            done.kind == "warehouse" && done.by == By::Itself && json!(done.resource) == alert["warehouse_id"]
        };
        assert!(drive.world.ledger().activations.iter().any(|done| woken(&done)), "{id}");
    }
    for alert in &off {
        let id = alert["id"].as_str().expect("an id");
        assert_eq!(drive.world.last_processing_ms(Primary, id), None);
    }
    assert_eq!(begun(&drive, Standby, What::AlertEvaluation), 0);
}

#[test]
fn a_pause_makes_void_what_was_put_down_and_the_way_back_puts_it_down_again() {
    let mut drive = pair();
    for alert in alerts(&mut drive, Primary, "UNPAUSED") {
        drive.wait(100);
        assert_eq!(set_pause(&mut drive, Primary, &alert, "PAUSED")["schedule"]["pause_status"], json!("PAUSED"));
    }
    let before = begun(&drive, Primary, What::AlertEvaluation);
    drive.wait(26 * HOUR);
    assert_eq!(begun(&drive, Primary, What::AlertEvaluation), before);
    let alert = alerts(&mut drive, Primary, "PAUSED").remove(0);
    set_pause(&mut drive, Primary, &alert, "UNPAUSED");
    drive.wait(26 * HOUR);
    assert!(begun(&drive, Primary, What::AlertEvaluation) > before);
}

#[test]
fn an_update_of_an_alert_replaces_whole_fields_of_its_mask_only() {
    let mut drive = pair();
    let alert = alerts(&mut drive, Primary, "UNPAUSED").remove(0);
    let path = format!("/api/2.0/alerts/{}", alert["id"].as_str().expect("an id"));
    let only = json!({ "schedule": { "pause_status": "PAUSED" } });
    for (query, body) in [
        ("", &only),
        ("?update_mask=schedule", &only),
        ("?update_mask=schedule.pause_status", &only),
        ("?update_mask=*", &alert),
        ("?update_mask=create_time", &alert),
    ] {
        let refused = drive.refused(Primary, "PATCH", &format!("{path}{query}"), body);
        assert_eq!((refused.0, refused.1.as_str()), (400, "INVALID_PARAMETER_VALUE"), "{query}");
    }
    let body = json!({ "display_name": "new", "query_text": "not in the mask" });
    drive.ask(Primary, "PATCH", &format!("{path}?update_mask=display_name"), &body);
    let seen = drive.get(Primary, &path);
    assert_eq!((&seen["display_name"], &seen["query_text"]), (&json!("new"), &alert["query_text"]));
}

#[test]
fn apps_and_alerts_that_were_off_and_are_woken_are_found_and_those_that_were_on_are_not() {
    let mut drive = pair();
    let stopped = named(&mut drive, "UNAVAILABLE");
    let running = named(&mut drive, "RUNNING");
    let name = |alert: &Value| alert["display_name"].clone();
    let paused: Vec<Value> = alerts(&mut drive, Primary, "PAUSED").iter().map(name).collect();
    drive.world.mark_loss(drive.now);
    for app in [&stopped, &running] {
        drive.post(Standby, &format!("/api/2.0/apps/{app}/start"), &json!({}));
    }
    for alert in alerts(&mut drive, Standby, "PAUSED") {
        drive.wait(100);
        set_pause(&mut drive, Standby, &alert, "UNPAUSED");
    }
    let found = drive.world.audit().woken_that_were_off;
    let of = |kind: &str| found.iter().filter(|name| name.starts_with(kind)).count();
    assert_eq!((of("app "), of("alert "), found.len()), (1, paused.len(), 1 + paused.len()), "{found:?}");
}

#[test]
fn while_a_region_is_lost_neither_goes_on_and_both_are_back_with_it() {
    let mut drive = pair();
    drive.wait(HOUR);
    let lost = drive.now;
    drive.world.region_lost(lost, Primary);
    let ours = |what: What| matches!(what, What::App | What::AlertEvaluation);
    let open =
        |drive: &Drive| drive.world.ledger().intervals.iter().filter(|i| ours(i.what) && i.to_ms.is_none()).count();
    assert_eq!(open(&drive), 0);
    drive.wait(3 * HOUR);
    let (apps, evaluations) = (begun(&drive, Primary, What::App), begun(&drive, Primary, What::AlertEvaluation));
    let late = drive.world.ledger().intervals.iter().filter(|i| ours(i.what) && i.from_ms > lost).count();
    assert_eq!(late, 0);
    drive.world.region_back(drive.now, Primary);
    drive.wait(2 * HOUR);
    assert!(begun(&drive, Primary, What::App) > apps && begun(&drive, Primary, What::AlertEvaluation) > evaluations);
}
