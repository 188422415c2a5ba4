//! Tests the account: sign-in, failover groups, stable URLs, network policies, assignments.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sim::{
    ACCOUNT_ID, ATTACHED_URL, Answer, CLIENT_ID, CLIENT_SECRET, CUT_OFF_POLICY, FAILOVER_GROUP, FaultKind, LOOSE_URL,
    PRIMARY_REGION, PRIMARY_TOKEN, Request, STANDBY_REGION, Side, USUAL_POLICY, WORK_CLIENT_ID, WORK_CLIENT_SECRET,
    WORK_PRINCIPAL_ID,
};

use crate::drive::{Drive, MINUTE, SECOND};

fn recovery(rest: &str) -> String {
    format!("/api/disaster-recovery/v1/accounts/{ACCOUNT_ID}/{rest}")
}

fn workspace(rest: &str) -> String {
    format!("/api/2.0/accounts/{ACCOUNT_ID}/workspaces/{}/{rest}", Side::Primary.workspace_id())
}

fn replied(drive: &mut Drive, request: &Request) -> (u16, Value) {
    match drive.world.handle_account(drive.now, request) {
        Answer::Reply { reply, .. } => (reply.status, reply.value()),
        other @ (Answer::Silence | Answer::Reset { .. }) => panic!("{other:?}"),
    }
}

fn token_request(path: &str, id: &str, secret: &str) -> Request {
    let basic = STANDARD.encode(format!("{id}:{secret}"));
    Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: vec![
            ("Authorization".to_owned(), format!("Basic {basic}")),
            ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ],
        body: b"grant_type=client_credentials&scope=all-apis".to_vec(),
    }
}

/// A world, and a token that is good at its account.
struct Signed {
    drive: Drive,
    token: String,
}

impl Signed {
    fn new() -> Signed {
        let mut drive = Drive::small();
        let path = format!("/oidc/accounts/{ACCOUNT_ID}/v1/token");
        let (status, token) = replied(&mut drive, &token_request(&path, CLIENT_ID, CLIENT_SECRET));
        assert_eq!(status, 200);
        Signed { drive, token: token["access_token"].as_str().expect("a token").to_owned() }
    }

    fn ask(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        replied(&mut self.drive, &Request::json(method, path, &self.token, body))
    }

    fn get(&mut self, path: &str) -> Value {
        let (status, value) = self.ask("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    fn group(&mut self) -> Value {
        self.get(&recovery(&format!("failover-groups/{FAILOVER_GROUP}")))
    }

    fn fail_over(&mut self, region: &str, etag: &Value) -> (u16, Value) {
        let body = json!({ "target_primary_region": region, "failover_type": "FORCED", "etag": etag });
        self.ask("POST", &recovery(&format!("failover-groups/{FAILOVER_GROUP}/failover")), &body)
    }
}

#[test]
fn a_token_of_a_workspace_and_another_accounts_id_find_nothing() {
    let mut signed = Signed::new();
    let path = recovery("failover-groups");
    let of_workspace = Request::json("GET", &path, PRIMARY_TOKEN, &Value::Null);
    assert_eq!(replied(&mut signed.drive, &of_workspace).0, 404);
    let unknown = Request::json("GET", &path, "nobody's", &Value::Null);
    assert_eq!(replied(&mut signed.drive, &unknown).0, 401);
    assert_eq!(signed.ask("GET", &path.replace(ACCOUNT_ID, "another"), &Value::Null).0, 404);
    let elsewhere = token_request("/oidc/accounts/another/v1/token", CLIENT_ID, CLIENT_SECRET);
    assert_eq!(replied(&mut signed.drive, &elsewhere).0, 404);
    let token = signed.token.clone();
    let on_side = Request::json("GET", "/api/2.2/jobs/list", &token, &Value::Null);
    let Answer::Reply { reply, .. } = signed.drive.world.handle(signed.drive.now, Side::Primary, &on_side) else {
        panic!("no reply")
    };
    assert_eq!(reply.status, 401);
}

#[test]
fn a_group_fails_over_once_and_takes_its_stable_url_along() {
    let mut signed = Signed::new();
    let before = signed.group();
    assert_eq!((&before["state"], &before["effective_primary_region"]), (&json!("ACTIVE"), &json!(PRIMARY_REGION)));
    let (status, moving) = signed.fail_over(STANDBY_REGION, &before["etag"]);
    assert_eq!((status, &moving["state"]), (200, &json!("FAILING_OVER")));
    signed.drive.wait(30 * SECOND);
    assert_eq!(signed.group()["state"], "FAILING_OVER");
    signed.drive.wait(4 * MINUTE);
    let after = signed.group();
    assert_eq!((&after["state"], &after["effective_primary_region"]), (&json!("ACTIVE"), &json!(STANDBY_REGION)));
    assert_eq!(signed.fail_over(STANDBY_REGION, &after["etag"]).0, 400);
    for (id, side) in [(ATTACHED_URL, Side::Standby), (LOOSE_URL, Side::Primary)] {
        let url = signed.get(&recovery(&format!("stable-urls/{id}")));
        assert_eq!(url["effective_workspace_id"], side.workspace_id(), "{id}");
    }
}

#[test]
fn an_old_etag_a_strange_region_and_another_type_are_refused() {
    let mut signed = Signed::new();
    let etag = signed.group()["etag"].clone();
    assert_eq!(signed.fail_over(STANDBY_REGION, &json!("old")).0, 409);
    assert_eq!(signed.fail_over("eu-west-1", &etag).0, 400);
    let body = json!({ "target_primary_region": STANDBY_REGION, "failover_type": "PLANNED" });
    assert_eq!(signed.ask("POST", &recovery(&format!("failover-groups/{FAILOVER_GROUP}/failover")), &body).0, 400);
    assert_eq!(signed.group()["state"], "ACTIVE");
    assert_eq!(signed.fail_over(STANDBY_REGION, &Value::Null).0, 200, "without an etag nothing is checked");
}

#[test]
fn a_listing_omits_what_only_a_get_tells() {
    let mut signed = Signed::new();
    let listed = signed.get(&recovery("failover-groups"))["failover_groups"][0].clone();
    assert!(listed.get("state").is_none() && listed.get("replication_point").is_none());
    assert!(listed["etag"].is_string() && signed.group()["replication_point"].is_string());
    assert_eq!(signed.ask("GET", &recovery("failover-groups?page_size=-1"), &Value::Null).0, 400);
}

#[test]
fn a_failover_can_fail_and_replication_can_stand_still() {
    let mut signed = Signed::new();
    let now = signed.drive.now;
    signed.drive.world.account().next_failover_fails();
    signed.drive.world.account().replication_stands_still(now);
    signed.drive.wait(MINUTE);
    let still = signed.group();
    signed.drive.wait(MINUTE);
    assert_eq!(signed.group()["replication_point"], still["replication_point"]);
    assert_eq!(still["has_replication_point_blocking_errors"], true);
    signed.fail_over(STANDBY_REGION, &still["etag"]);
    signed.drive.wait(5 * MINUTE);
    let failed = signed.group();
    assert_eq!(failed["state"], "FAILOVER_FAILED");
    assert_eq!(signed.fail_over(STANDBY_REGION, &failed["etag"]).0, 400);
}

#[test]
fn a_workspace_has_one_network_policy_of_the_account() {
    let mut signed = Signed::new();
    let path = workspace("network");
    assert_eq!(signed.get(&path)["network_policy_id"], USUAL_POLICY);
    let set = |policy: &str| json!({ "workspace_id": 7010, "network_policy_id": policy });
    assert_eq!(signed.ask("PUT", &path, &set(CUT_OFF_POLICY)).0, 200);
    assert_eq!(signed.ask("PUT", &path, &set("none")).0, 404);
    assert_eq!(signed.get(&path), json!({ "workspace_id": 7010, "network_policy_id": CUT_OFF_POLICY }));
    assert_eq!(signed.ask("GET", &path.replace("7010", "1"), &Value::Null).0, 404);
}

#[test]
fn the_works_principal_signs_in_only_where_it_is_assigned() {
    let mut signed = Signed::new();
    let path = workspace(&format!("permissionassignments/principals/{WORK_PRINCIPAL_ID}"));
    let ask = token_request("/oidc/v1/token", WORK_CLIENT_ID, WORK_CLIENT_SECRET);
    let signs_in = |signed: &mut Signed, side| {
        let answer = signed.drive.world.handle(signed.drive.now, side, &ask);
        matches!(answer, Answer::Reply { reply, .. } if reply.status == 200)
    };
    assert_eq!(signed.ask("PUT", &path, &json!({ "permissions": [] })).0, 200);
    assert!(!signs_in(&mut signed, Side::Primary) && signs_in(&mut signed, Side::Standby));
    let held = signed.get(&workspace("permissionassignments"));
    assert_eq!(held["permission_assignments"].as_array().map(Vec::len), Some(1));
    assert_eq!(signed.ask("PUT", &path, &json!({ "permissions": ["USER"] })).0, 200);
    assert!(signs_in(&mut signed, Side::Primary));
    assert_eq!(signed.ask("PUT", &path.replace("4000002", "1"), &json!({ "permissions": ["USER"] })).0, 404);
}

#[test]
fn an_unknown_route_is_loud_and_faults_strike_here_too() {
    let mut signed = Signed::new();
    assert_eq!(signed.ask("GET", "/api/2.0/accounts/x/workspaces", &Value::Null).0, 501);
    assert_eq!(signed.drive.world.account().unknown_routes().len(), 1);
    signed.drive.world.account().inject(FaultKind::Forbidden { resource: None }, Some("networks"));
    assert_eq!(signed.ask("GET", &workspace("network"), &Value::Null).0, 403);
    assert_eq!(signed.ask("GET", &workspace("permissionassignments"), &Value::Null).0, 200);
    signed.drive.world.account().inject(FaultKind::Missing { status: 501 }, None);
    assert_eq!(signed.ask("GET", &workspace("permissionassignments"), &Value::Null).0, 501);
}
