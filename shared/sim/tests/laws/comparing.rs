//! Tests inventories, their differences, and the calls that could have changed something.

use serde_json::{Value, json};
use sim::{
    ACCOUNT_ID, Answer, Cloud, CloudFault, CloudFaultKind, CloudRequest, CloudRoute, CloudSettings, Difference, Estate,
    Fault, FaultKind, Got, Request, Settings, Side, WebBehaviour, compare, gathered,
};

use crate::drive::{Drive, HOUR, MINUTE, START};

fn told(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(Difference::to_string).collect()
}

fn everything() -> Drive {
    Drive::with(Estate::everything(3, 100), Settings::default())
}

#[test]
fn every_resource_of_every_kind_is_there_on_both_sides_and_has_a_name() {
    let estate = Estate::everything(3, 100);
    let drive = everything();
    for side in Side::BOTH {
        let held = drive.world.settings(side);
        for (kind, primary, standby) in estate.counterparts() {
            let id = if side == Side::Primary { primary } else { standby };
            assert!(held.contains_key(&(kind.clone(), id.clone())), "{side:?} {kind} {id}");
        }
        for kind in ["dashboard", "vector_search_index", "legacy_query", "legacy_alert", "access_list", "assignment"] {
            assert!(held.keys().any(|(of, _)| of == kind), "{kind}");
        }
        assert!(held.values().all(|thing| thing["name"].as_str().is_some_and(|name| !name.is_empty())));
    }
}

#[test]
fn time_alone_changes_no_setting_but_compute_that_work_uses() {
    let mut drive = everything();
    let before = Side::BOTH.map(|side| drive.world.settings(side));
    let account = drive.world.account_settings();
    drive.wait(26 * HOUR);
    for (side, before) in Side::BOTH.into_iter().zip(&before) {
        let differences = compare(before, &drive.world.settings(side));
        let of_use = |one: &&Difference| {
            matches!(one.kind.as_str(), "cluster" | "warehouse") && one.to_string().contains("/state:")
        };
        let others: Vec<&Difference> = differences.iter().filter(|one| !of_use(one)).collect();
        assert!(others.is_empty(), "{side:?}: {others:?}");
    }
    assert_eq!(account, drive.world.account_settings());
}

#[test]
fn a_limit_a_state_and_a_pin_are_told_by_field_and_gone_when_they_are_put_back() {
    let mut drive = Drive::small();
    let estate = Estate::small();
    let (job, _) = drive.pair_of(&estate, "job");
    let (warehouse, _) = drive.pair_of(&estate, "warehouse");
    let (cluster, _) = drive.pair_of(&estate, "cluster");
    let before = drive.world.settings(Side::Primary);
    let number: i64 = job.parse().expect("a number");
    let limit = drive.job(Side::Primary, number)["settings"]["max_concurrent_runs"].clone();
    drive.update_job(Side::Primary, number, json!({ "max_concurrent_runs": 16 }));
    drive.post(Side::Primary, &format!("/api/2.0/sql/warehouses/{warehouse}/stop"), &Value::Null);
    let pinned = before[&("cluster".to_owned(), cluster.clone())]["pinned"] == json!(true);
    let (turned, back) = if pinned { ("unpin", "pin") } else { ("pin", "unpin") };
    drive.post(Side::Primary, &format!("/api/2.1/clusters/{turned}"), &json!({ "cluster_id": cluster }));
    let lines = told(&compare(&before, &drive.world.settings(Side::Primary)));
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with(&format!("cluster {cluster} ")) && lines[0].contains("/pinned: "), "{lines:?}");
    assert!(lines[1].starts_with(&format!("job {job} ")), "{lines:?}");
    assert!(lines[1].ends_with(&format!("/settings/max_concurrent_runs: {limit} -> 16")), "{lines:?}");
    assert!(lines[2].ends_with("/state: \"RUNNING\" -> \"STOPPED\""), "{lines:?}");
    drive.update_job(Side::Primary, number, json!({ "max_concurrent_runs": limit }));
    drive.post(Side::Primary, &format!("/api/2.0/sql/warehouses/{warehouse}/start"), &Value::Null);
    drive.post(Side::Primary, &format!("/api/2.1/clusters/{back}"), &json!({ "cluster_id": cluster }));
    assert!(compare(&before, &drive.world.settings(Side::Primary)).is_empty());
}

#[test]
fn an_etag_that_counts_writes_is_no_setting_and_a_new_job_is_an_addition() {
    let mut drive = everything();
    let twins = Estate::everything(3, 100).counterparts();
    let (_, schedule, _) = twins.iter().find(|(kind, _, _)| kind == "dashboard_schedule").expect("a schedule");
    let (dashboard, schedule) = schedule.split_once('/').expect("both ids");
    let path = format!("/api/2.0/lakeview/dashboards/{dashboard}/schedules/{schedule}");
    let before = drive.world.settings(Side::Primary);
    let mut shown = drive.get(Side::Primary, &path);
    let paused = shown["pause_status"].clone();
    for status in [json!("PAUSED"), json!("UNPAUSED"), paused] {
        shown["pause_status"] = status;
        let (answered, after) = drive.ask(Side::Primary, "PUT", &path, &shown);
        assert_eq!(answered, 200, "{after}");
        assert_ne!(after["etag"], shown["etag"]);
        shown = after;
    }
    let made = drive.make_job(json!({ "name": "made-here" }));
    let lines = told(&compare(&before, &drive.world.settings(Side::Primary)));
    assert_eq!(lines, [format!("job {made} \"made-here\" added")]);
}

#[test]
fn what_is_set_beside_the_resources_is_there() {
    let mut drive = everything();
    let before = drive.world.settings(Side::Standby);
    let (_, _, job) =
        Estate::everything(3, 100).counterparts().into_iter().find(|(kind, _, _)| kind == "job").expect("a job");
    let grant = json!({ "access_control_list": [{ "user_name": "ann", "permission_level": "CAN_VIEW" }] });
    let (status, _) = drive.ask(Side::Standby, "PATCH", &format!("/api/2.0/permissions/jobs/{job}"), &grant);
    assert_eq!(status, 200);
    let list = before.keys().find(|(kind, _)| kind == "access_list").expect("a list").1.clone();
    let path = format!("/api/2.0/ip-access-lists/{list}");
    assert_eq!(drive.ask(Side::Standby, "PATCH", &path, &json!({ "enabled": true })).0, 200);
    let lines = told(&compare(&before, &drive.world.settings(Side::Standby)));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("access_list ") && lines[0].ends_with("/enabled: false -> true"), "{lines:?}");
    assert!(lines[1].starts_with("permissions ") && lines[1].ends_with(" added"), "{lines:?}");
}

#[test]
fn what_differs_alike_in_many_is_one_line() {
    let mut drive = Drive::small();
    let before = drive.world.settings(Side::Standby);
    for (kind, _, standby) in Estate::small().counterparts() {
        if kind == "job" {
            let id = standby.parse().expect("a number");
            drive.update_job(Side::Standby, id, json!({ "max_concurrent_runs": 4 }));
        }
    }
    let lines = gathered(&compare(&before, &drive.world.settings(Side::Standby)));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("6 jobs /settings/max_concurrent_runs: 0 -> 4: "), "{lines:?}");
    assert!(lines[0].ends_with(" and 3 more"), "{lines:?}");
}

#[test]
fn reads_are_no_changing_calls_and_everything_else_is_whatever_became_of_it() {
    let settings = Settings {
        faults: vec![
            Fault::new(Side::Primary, START + MINUTE, FaultKind::Dark).until(START + 2 * MINUTE),
            Fault::new(Side::Primary, START + 3 * MINUTE, FaultKind::ReplyLost { nth: None, probability: 1.0 }),
        ],
        ..Settings::default()
    };
    let mut drive = Drive::with(Estate::small(), settings);
    let (cluster, _) = drive.pair_of(&Estate::small(), "cluster");
    let (warehouse, _) = drive.pair_of(&Estate::small(), "warehouse");
    drive.get(Side::Primary, "/api/2.2/jobs/list");
    drive.post(Side::Primary, "/api/2.1/clusters/events", &json!({ "cluster_id": cluster }));
    let select = json!({ "statement": "SELECT 1", "warehouse_id": warehouse });
    drive.post(Side::Primary, "/api/2.0/sql/statements", &select);
    let token = Request { method: "POST".to_owned(), path: "/oidc/v1/token".to_owned(), ..Request::default() };
    drive.world.handle(drive.now, Side::Primary, &token);
    assert!(drive.world.changing_calls(Side::Primary).is_empty());

    let body = json!({ "job_id": 1 });
    drive.refused(Side::Primary, "POST", "/api/2.2/jobs/run-now", &body);
    drive.refused(Side::Primary, "DELETE", "/api/2.0/sql/warehouses/x", &Value::Null);
    drive.now = START + MINUTE;
    assert_eq!(drive.send(Side::Primary, "POST", "/api/2.2/jobs/run-now", &body), Answer::Silence);
    drive.now = START + 3 * MINUTE;
    let lost = drive.send(Side::Primary, "POST", "/api/2.2/jobs/run-now", &body);
    assert!(matches!(lost, Answer::Reset { .. }));
    let calls = drive.world.changing_calls(Side::Primary);
    let got: Vec<Got> = calls.iter().map(|call| call.got).collect();
    assert_eq!(got, [Got::Status(400), Got::Status(501), Got::Nothing, Got::Reset]);
    assert_eq!((calls[0].path.as_str(), calls[0].body.value()), ("/api/2.2/jobs/run-now", body.clone()));
    assert_eq!(calls[2].at_ms, START + MINUTE);
    assert!(drive.world.changing_calls(Side::Standby).is_empty());
}

#[test]
fn the_account_keeps_its_changing_calls_apart() {
    let mut drive = Drive::small();
    let path = format!("/api/2.0/accounts/{ACCOUNT_ID}/workspaces/7010/network");
    for method in ["GET", "PUT"] {
        let request = Request::json(method, &path, "nobody", &json!({ "network_policy_id": "cut-off" }));
        drive.world.handle_account(drive.now, &request);
    }
    let calls = drive.world.changing_account_calls();
    assert_eq!((calls.len(), calls[0].method.as_str(), calls[0].got), (1, "PUT", Got::Status(401)));
    assert!(drive.world.changing_calls(Side::Primary).is_empty());
}

fn to_cloud(operation: &str, body: &Value) -> CloudRequest {
    let scope = "AWS4-HMAC-SHA256 Credential=key/20260301/eu-west-1/ssm/aws4_request, SignedHeaders=host";
    CloudRequest {
        host: "ssm.eu-west-1.amazonaws.com".into(),
        method: "POST".into(),
        path_and_query: "/".into(),
        headers: vec![
            ("Authorization".into(), scope.into()),
            ("X-Amz-Target".into(), format!("AmazonSSM.{operation}")),
        ],
        body: body.to_string().into_bytes(),
    }
}

#[test]
fn the_cloud_is_compared_by_what_it_holds_and_not_by_how_often_it_was_written() {
    let mut cloud = Cloud::new(CloudSettings::default());
    cloud.add_parameter("eu-west-1", "host", "String", "one.example");
    cloud.add_secret("eu-west-1", "reader", r#"{"host":"one.example","password":"hush"}"#);
    cloud.add_record("Z1", "api.example", "CNAME", 60, "one.example");
    cloud.add_stream("eu-west-1", "clicks", "ACTIVE");
    cloud.add_topic("arn:aws:sns:eu-west-1:1:t");
    cloud.add_web("tool.example", WebBehaviour::document(r#"{"target":"one"}"#));
    cloud.add_port("db.example", 5432, true);
    let route = |dial| CloudRoute { bucket: "b".into(), region: "eu-west-1".into(), dial };
    cloud.add_access_point("1", "arn:mrap", &[route(100)]);
    let before = cloud.settings();
    assert_eq!(before.len(), 9);
    assert!(!format!("{before:?}").contains("hush"));
    let put = |value: &str| to_cloud("PutParameter", &json!({ "Name": "host", "Value": value, "Overwrite": true }));
    cloud.handle(1, &put("two.example"));
    cloud.add_secret("eu-west-1", "reader", r#"{"host":"two.example","password":"hush"}"#);
    let tool = CloudRequest {
        host: "tool.example".into(),
        method: "PUT".into(),
        body: br#"{"target":"two"}"#.to_vec(),
        ..CloudRequest::default()
    };
    cloud.handle(2, &tool);
    let lines = told(&compare(&before, &cloud.settings()));
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0], r#"parameter eu-west-1 host "host" /value: "one.example" -> "two.example""#);
    assert!(lines[1].starts_with(r#"secret eu-west-1 reader "reader" /value/host: "fingerprint "#), "{lines:?}");
    assert_eq!(lines[2], r#"web tool.example "tool.example" /body/target: "one" -> "two""#);
    cloud.handle(3, &put("one.example"));
    cloud.add_secret("eu-west-1", "reader", r#"{"host":"one.example","password":"hush"}"#);
    cloud.handle(4, &CloudRequest { body: br#"{"target":"one"}"#.to_vec(), ..tool });
    assert!(compare(&before, &cloud.settings()).is_empty());
}

#[test]
fn the_clouds_changing_calls_are_those_that_are_no_reads() {
    let mut cloud = Cloud::new(CloudSettings::default());
    cloud.add_parameter("eu-west-1", "host", "String", "one.example");
    cloud.add_web("hooks.example", WebBehaviour::text(200, "ok"));
    cloud.inject(CloudFault::new("ssm.eu-west-1.amazonaws.com", CloudFaultKind::Dark).from(5));
    let hook = |method: &str| CloudRequest {
        host: "hooks.example".into(),
        method: method.into(),
        path_and_query: "/a".into(),
        ..CloudRequest::default()
    };
    cloud.handle(1, &to_cloud("GetParameter", &json!({ "Name": "host" })));
    cloud.handle(1, &hook("GET"));
    assert!(cloud.changing_calls().is_empty());
    cloud.handle(2, &hook("POST"));
    cloud.handle(6, &to_cloud("PutParameter", &json!({ "Name": "host", "Value": "x" })));
    let calls = cloud.changing_calls();
    let shown: Vec<(&str, &str, Got)> =
        calls.iter().map(|call| (call.operation.as_str(), call.path.as_str(), call.got)).collect();
    let expected =
        [("POST", "hooks.example/a", Got::Status(200)), ("PutParameter", "ssm.eu-west-1.amazonaws.com/", Got::Nothing)];
    assert_eq!(shown, expected);
}
