//! Tests credentials, unknown routes, and the resources that a listing hides.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sim::{Answer, CLIENT_ID, CLIENT_SECRET, Estate, Request, Settings, Side};

use crate::drive::{Drive, HOUR, SECOND};

const ME: &str = "/api/2.0/preview/scim/v2/Me";

fn token_request(secret: &str) -> Request {
    let basic = STANDARD.encode(format!("{CLIENT_ID}:{secret}"));
    Request {
        method: "POST".to_owned(),
        path: "/oidc/v1/token".to_owned(),
        headers: vec![
            ("Authorization".to_owned(), format!("Basic {basic}")),
            ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ],
        body: b"grant_type=client_credentials&scope=all-apis".to_vec(),
    }
}

fn sign_in(drive: &mut Drive, secret: &str) -> (u16, Value) {
    match drive.world.handle(drive.now, Side::Primary, &token_request(secret)) {
        Answer::Reply { reply, .. } => (reply.status, reply.value()),
        other @ (Answer::Silence | Answer::Reset { .. }) => panic!("{other:?}"),
    }
}

fn status_with(drive: &mut Drive, side: Side, token: &str) -> u16 {
    match drive.world.handle(drive.now, side, &Request::json("GET", ME, token, &Value::Null)) {
        Answer::Reply { reply, .. } => reply.status,
        other @ (Answer::Silence | Answer::Reset { .. }) => panic!("{other:?}"),
    }
}

#[test]
fn a_token_is_good_for_one_hour_and_on_one_side() {
    let mut drive = Drive::small();
    let (status, token) = sign_in(&mut drive, CLIENT_SECRET);
    assert_eq!((status, token["expires_in"].as_i64()), (200, Some(3600)));
    let token = token["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(status_with(&mut drive, Side::Primary, &token), 200);
    assert_eq!(status_with(&mut drive, Side::Standby, &token), 401);
    drive.wait(HOUR - SECOND);
    assert_eq!(status_with(&mut drive, Side::Primary, &token), 200);
    drive.wait(SECOND);
    assert_eq!(status_with(&mut drive, Side::Primary, &token), 401);
}

#[test]
fn a_wrong_secret_gets_oauths_refusal_and_no_token() {
    let mut drive = Drive::small();
    let (status, body) = sign_in(&mut drive, "wrong");
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    assert!(body.get("access_token").is_none());
}

#[test]
fn a_personal_token_of_the_other_side_and_none_at_all_are_refused() {
    let mut drive = Drive::small();
    assert_eq!(status_with(&mut drive, Side::Primary, Side::Standby.personal_token()), 401);
    let bare = Request { method: "GET".to_owned(), path: ME.to_owned(), ..Request::default() };
    let Answer::Reply { reply, .. } = drive.world.handle(drive.now, Side::Primary, &bare) else {
        panic!("no reply");
    };
    assert_eq!(reply.status, 401);
}

#[test]
fn a_request_without_a_route_is_answered_loudly_and_kept() {
    let mut drive = Drive::small();
    let body = json!({ "x": 1 });
    let (status, _, message) = drive.refused(Side::Primary, "POST", "/api/2.0/levitation/a/stop", &body);
    assert_eq!(status, 501);
    assert!(message.contains("POST /api/2.0/levitation/a/stop") && message.contains("ROUTES"));
    assert_eq!(drive.world.unknown_routes(), ["primary POST /api/2.0/levitation/a/stop {\"x\":1}"]);
}

#[test]
fn without_admin_rights_listings_hide_resources_and_their_groups_say_so() {
    let count = |admin: bool| {
        let settings = Settings { admin, ..Settings::default() };
        let mut drive = Drive::with(Estate::generate(1, 240), settings);
        let jobs = drive.pages(Side::Primary, "/api/2.2/jobs/list?limit=100", "jobs");
        let me = drive.get(Side::Primary, ME);
        (jobs.len(), me["groups"].to_string().contains("admins"))
    };
    let (all, admin) = count(true);
    let (some, plain) = count(false);
    assert!(admin && !plain);
    assert!(some < all && some > all / 2, "{some} of {all}");
}

#[test]
fn credentials_are_never_shown_by_debug() {
    let request = token_request(CLIENT_SECRET);
    assert_eq!(format!("{request:?}"), "POST /oidc/v1/token");
    let mut drive = Drive::small();
    let Answer::Reply { reply, .. } = drive.world.handle(drive.now, Side::Primary, &request) else {
        panic!("no reply");
    };
    assert!(!format!("{reply:?}").contains("simulated-bearer"));
}
