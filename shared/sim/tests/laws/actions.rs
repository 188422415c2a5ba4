//! Tests statements, permissions, access lists and the work's own sign-in, over the wire.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sim::{
    Answer, CLIENT_ID, CLIENT_SECRET, Estate, Request, Settings, Side, USER_NAME, WORK_CLIENT_ID, WORK_CLIENT_SECRET,
    WORK_USER_NAME,
};

use crate::drive::{Drive, HOUR, MINUTE, SECOND};

const STATEMENTS: &str = "/api/2.0/sql/statements";
const LISTS: &str = "/api/2.0/ip-access-lists";
const CONFIGURATION: &str = "/api/2.0/workspace-conf";

fn get(drive: &mut Drive, path: &str) -> Value {
    drive.get(Side::Standby, path)
}

fn ok(drive: &mut Drive, method: &str, path: &str, body: &Value) -> Value {
    let (status, value) = drive.ask(Side::Standby, method, path, body);
    assert_eq!(status, 200, "{method} {path}: {value}");
    value
}

fn status(drive: &mut Drive, method: &str, path: &str, body: &Value) -> u16 {
    drive.ask(Side::Standby, method, path, body).0
}

fn warehouse(drive: &Drive, state: &str) -> String {
    let held = drive.world.export(Side::Standby);
    let found = held["warehouses"].as_array().expect("warehouses").iter().find(|found| found["state"] == state);
    found.and_then(|found| found["id"].as_str()).expect("a warehouse").to_owned()
}

fn run(drive: &mut Drive, statement: &str, wait: &str) -> Value {
    let id = warehouse(drive, "RUNNING");
    let body = json!({ "warehouse_id": id, "statement": statement, "wait_timeout": wait });
    ok(drive, "POST", STATEMENTS, &body)
}

/// A world in which a stopped warehouse of the standby was started and runs.
fn running() -> Drive {
    let mut drive = Drive::usual(3);
    let id = warehouse(&drive, "STOPPED");
    ok(&mut drive, "POST", &format!("/api/2.0/sql/warehouses/{id}/start"), &json!({}));
    drive.wait(5 * MINUTE);
    drive
}

#[test]
fn a_statement_starts_its_warehouse_and_ends_after_it() {
    let mut drive = Drive::usual(3);
    let id = warehouse(&drive, "STOPPED");
    let body = json!({ "warehouse_id": id, "statement": "SELECT 7", "wait_timeout": "0s" });
    let made = ok(&mut drive, "POST", STATEMENTS, &body);
    assert_eq!(made["status"]["state"], "PENDING");
    let path = format!("{STATEMENTS}/{}", made["statement_id"].as_str().expect("an id"));
    drive.wait(5 * SECOND);
    assert_eq!(get(&mut drive, &path)["status"]["state"], "PENDING");
    drive.wait(4 * MINUTE);
    assert_eq!(get(&mut drive, &path)["status"]["state"], "RUNNING");
    drive.wait(5 * SECOND);
    let ended = get(&mut drive, &path);
    assert_eq!((&ended["status"]["state"], &ended["result"]["data_array"]), (&json!("SUCCEEDED"), &json!([["7"]])));
    drive.wait(13 * HOUR);
    assert_eq!(status(&mut drive, "GET", &path, &Value::Null), 404);
}

#[test]
fn a_failed_statement_comes_with_status_200() {
    let mut drive = running();
    let failed = run(&mut drive, "SELECT * FROM missing", "10s");
    assert_eq!(failed["status"]["state"], "FAILED");
    assert_eq!(failed["status"]["error"]["error_code"], "BAD_REQUEST");
    assert!(failed.get("result").is_none());
    assert_eq!(run(&mut drive, "SELECT 'x'", "10s")["result"]["data_array"], json!([["x"]]));
}

#[test]
fn what_a_statement_may_not_ask_is_refused() {
    let mut drive = running();
    let id = warehouse(&drive, "RUNNING");
    for body in [
        json!({ "warehouse_id": id, "statement": "SELECT 1", "wait_timeout": "3s" }),
        json!({ "warehouse_id": id, "statement": " " }),
        json!({ "statement": "SELECT 1" }),
    ] {
        assert_eq!(status(&mut drive, "POST", STATEMENTS, &body), 400, "{body}");
    }
    let body = json!({ "warehouse_id": "none", "statement": "SELECT 1" });
    assert_eq!(status(&mut drive, "POST", STATEMENTS, &body), 404);
}

#[test]
fn a_grant_is_shown_beside_what_an_admin_inherits() {
    let mut drive = Drive::usual(3);
    let path = format!("/api/2.0/permissions/warehouses/{}", warehouse(&drive, "STOPPED"));
    let entry = |level: &str| json!({ "group_name": "analysts", "permission_level": level });
    for level in ["CAN_USE", "CAN_MANAGE"] {
        ok(&mut drive, "PATCH", &path, &json!({ "access_control_list": [entry(level)] }));
    }
    let shown = get(&mut drive, &path);
    let held: Vec<(&str, &str)> = shown["access_control_list"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let level = entry["all_permissions"][0]["permission_level"].as_str();
            (entry["group_name"].as_str().unwrap_or_default(), level.unwrap_or_default())
        })
        .collect();
    assert_eq!(held, [("admins", "CAN_MANAGE"), ("analysts", "CAN_MANAGE")]);
}

#[test]
fn a_grant_is_found_under_the_id_that_it_was_given_to() {
    let mut drive = Drive::with(Estate::everything(3, 120), Settings::default());
    let listed = get(&mut drive, "/api/2.0/serving-endpoints");
    // Permissions know it by its id. Every other call knows it by its name.
    let path =
        format!("/api/2.0/permissions/serving-endpoints/{}", listed["endpoints"][0]["id"].as_str().expect("an id"));
    let entry = json!({ "group_name": "analysts", "permission_level": "CAN_QUERY" });
    ok(&mut drive, "PATCH", &path, &json!({ "access_control_list": [entry] }));
    assert_eq!(get(&mut drive, &path)["access_control_list"][1]["group_name"], "analysts");
}

#[test]
fn a_list_that_would_shut_its_caller_out_is_refused_and_changes_nothing() {
    let mut drive = Drive::usual(3);
    let listed = get(&mut drive, LISTS);
    let of = |label: &str| {
        let found = listed["ip_access_lists"].as_array()?.iter().find(|list| list["label"] == label)?;
        Some(format!("{LISTS}/{}", found["list_id"].as_str()?))
    };
    let (ours, nobodys) = (of("switchback-only").expect("a list"), of("everybody-out").expect("a list"));
    let on = json!({ "enabled": true });
    assert_eq!(status(&mut drive, "PATCH", &nobodys, &on), 400);
    assert_eq!(get(&mut drive, &nobodys)["ip_access_list"]["enabled"], false);
    ok(&mut drive, "PATCH", &ours, &on);
    assert_eq!(get(&mut drive, &ours)["ip_access_list"]["enabled"], true);
    // If another allow list names the caller, one more list shuts nobody out.
    ok(&mut drive, "PATCH", &nobodys, &on);
}

#[test]
fn lists_have_no_effect_while_the_feature_is_off() {
    let mut drive = Drive::usual(3);
    let asked = format!("{CONFIGURATION}?keys=enableIpAccessLists");
    assert_eq!(get(&mut drive, &asked), json!({ "enableIpAccessLists": "true" }));
    ok(&mut drive, "PATCH", CONFIGURATION, &json!({ "enableIpAccessLists": "false" }));
    assert_eq!(get(&mut drive, &asked), json!({ "enableIpAccessLists": "false" }));
    let listed = get(&mut drive, LISTS);
    for list in listed["ip_access_lists"].as_array().expect("lists") {
        let path = format!("{LISTS}/{}", list["list_id"].as_str().expect("an id"));
        ok(&mut drive, "PATCH", &path, &json!({ "enabled": true }));
    }
}

#[test]
fn the_work_signs_in_as_itself() {
    let mut drive = Drive::small();
    for (id, secret, name) in
        [(CLIENT_ID, CLIENT_SECRET, USER_NAME), (WORK_CLIENT_ID, WORK_CLIENT_SECRET, WORK_USER_NAME)]
    {
        let basic = STANDARD.encode(format!("{id}:{secret}"));
        let asked = Request {
            method: "POST".to_owned(),
            path: "/oidc/v1/token".to_owned(),
            headers: vec![
                ("Authorization".to_owned(), format!("Basic {basic}")),
                ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ],
            body: b"grant_type=client_credentials&scope=all-apis".to_vec(),
        };
        let token = replied(&mut drive, &asked)["access_token"].as_str().expect("a token").to_owned();
        let me = Request::json("GET", "/api/2.0/preview/scim/v2/Me", &token, &Value::Null);
        assert_eq!(replied(&mut drive, &me)["userName"], name);
    }
}

fn replied(drive: &mut Drive, request: &Request) -> Value {
    match drive.world.handle(drive.now, Side::Primary, request) {
        Answer::Reply { reply, .. } => reply.value(),
        other @ (Answer::Silence | Answer::Reset { .. }) => panic!("{other:?}"),
    }
}
