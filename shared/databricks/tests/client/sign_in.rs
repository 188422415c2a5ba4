//! Tests sign-in: when a token is requested, by whom, and what happens if there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use databricks::{Reach, Response, TransportError, codes};
use engine::ports::{Ending, Workspace};
use jiff::SignedDuration;
use saga::Reaction;
use serde_json::json;

use crate::canned::{CLIENT_SECRET, Stage, ok, reply, token};

const ME: &str = "GET /api/2.0/preview/scim/v2/Me";
const TOKEN: &str = "POST /oidc/v1/token";

fn me() -> Result<Response, TransportError> {
    ok(&json!({ "userName": "robot", "groups": [{ "display": "admins" }] }))
}

/// Issues `t1`, `t2` and so on, each valid for an hour. It accepts the tokens that `accepts` accepts.
fn numbered(accepts: impl Fn(u64) -> bool + Send + Sync + 'static) -> Stage {
    let given = AtomicU64::new(0);
    Stage::machine(move |line, request| {
        if line == TOKEN {
            return token(&format!("t{}", given.fetch_add(1, Ordering::Relaxed) + 1), 3600);
        }
        let bearer = request.headers["authorization"].to_str().unwrap();
        let number = bearer.strip_prefix("Bearer t").and_then(|number| number.parse().ok()).unwrap_or(0);
        if accepts(number) { me() } else { reply(401, &[], r#"{"error_code":401,"message":"expired"}"#) }
    })
}

async fn check_access(stage: &Stage) -> Result<String, saga::Fault> {
    stage.workspace.check_access(&stage.admission).await
}

#[tokio::test]
async fn a_token_is_used_for_half_its_life_and_twenty_minutes_from_its_end_at_the_latest() {
    let stage = numbered(|_| true);
    check_access(&stage).await.unwrap();
    assert_eq!(stage.sent().len(), 2);
    stage.clock.go_on(SignedDuration::from_mins(39));
    check_access(&stage).await.unwrap();
    assert_eq!(stage.sent(), [format!("{ME} [Bearer t1]")]);
    stage.clock.go_on(SignedDuration::from_mins(1));
    check_access(&stage).await.unwrap();
    assert_eq!(stage.sent()[1], format!("{ME} [Bearer t2]"));
}

#[tokio::test]
async fn many_callers_ask_for_one_token() {
    let stage = numbered(|_| true);
    let (a, b, c) = tokio::join!(check_access(&stage), check_access(&stage), check_access(&stage));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    let asked = stage.sent().iter().filter(|line| line.starts_with(TOKEN)).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn whoever_waited_for_a_token_that_could_not_be_had_does_not_ask_again() {
    let stage = Stage::machine(|_, _| reply(503, &[("retry-after", "9")], ""));
    let (a, b, c) = tokio::join!(check_access(&stage), check_access(&stage), check_access(&stage));
    for fault in [a, b, c].map(Result::unwrap_err) {
        assert_eq!(fault.code, codes::TOKEN_ENDPOINT);
        assert_eq!(fault.reaction, Reaction::Again { after_ms: Some(9_000) });
    }
    assert_eq!(stage.sent().len(), 1);
    assert!(check_access(&stage).await.is_err());
    assert_eq!(stage.sent().len(), 1, "a later caller asks anew");
}

#[tokio::test]
async fn a_token_that_still_holds_is_used_while_no_newer_one_can_be_had() {
    let given = AtomicU64::new(0);
    let stage = Stage::machine(move |line, _| match line {
        TOKEN if given.fetch_add(1, Ordering::Relaxed) == 0 => token("t1", 3600),
        TOKEN => Err(TransportError { reach: Reach::Doubt, message: "no answer in time".to_owned() }),
        _ => me(),
    });
    check_access(&stage).await.unwrap();
    stage.sent();
    stage.clock.go_on(SignedDuration::from_mins(45));
    check_access(&stage).await.unwrap();
    assert_eq!(stage.sent().len(), 2, "one early try");
    stage.clock.go_on(SignedDuration::from_secs(30));
    check_access(&stage).await.unwrap();
    assert_eq!(stage.sent().len(), 1, "no second try within a minute");
    stage.clock.go_on(SignedDuration::from_mins(14));
    let fault = check_access(&stage).await.unwrap_err();
    assert_eq!(fault.code, codes::TOKEN_ENDPOINT, "the last seconds of a token are not used");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let stage = numbered(|number| number == 2);
    check_access(&stage).await.unwrap();
    let words: Vec<String> = stage.sent().iter().map(|line| line.split(" [").next().unwrap_or("").to_owned()).collect();
    assert_eq!(words, [TOKEN, ME, TOKEN, ME]);
    let never = numbered(|_| false);
    let fault = check_access(&never).await.unwrap_err();
    assert_eq!((fault.code, fault.reaction), (codes::NOT_SIGNED_IN, Reaction::PersonNeeded));
    assert_eq!(never.sent().len(), 4);
}

#[tokio::test]
async fn a_refused_personal_token_needs_a_person_at_once() {
    let stage = Stage::personal(|_, _| reply(403, &[], "<html><pre>Invalid access token.</pre></html>"));
    let fault = check_access(&stage).await.unwrap_err();
    assert_eq!((fault.code, fault.reaction), (codes::NOT_SIGNED_IN, Reaction::PersonNeeded));
    assert_eq!(stage.sent(), [format!("{ME} [Bearer personal]")]);
}

#[tokio::test]
async fn refused_client_credentials_need_a_person_and_are_not_shown_s23() {
    let body = format!(r#"{{"error":"invalid_client","error_description":"bad secret {CLIENT_SECRET}"}}"#);
    let stage = Stage::machine(move |_, _| reply(401, &[], &body));
    let fault = check_access(&stage).await.unwrap_err();
    assert_eq!((&fault.code, fault.reaction), (&codes::NOT_SIGNED_IN, Reaction::PersonNeeded));
    assert!(fault.message.contains("invalid_client") && !fault.message.contains(CLIENT_SECRET), "{fault}");
}

#[tokio::test]
async fn a_token_endpoint_that_answers_with_a_page_or_the_way_to_one_is_asked_again() {
    let stage = Stage::machine(|_, _| reply(200, &[("content-type", "text/html")], "<html>"));
    let fault = check_access(&stage).await.unwrap_err();
    assert_eq!((fault.code, fault.reaction), (codes::LOGIN_PAGE, Reaction::Again { after_ms: None }));
    let stage = Stage::machine(|_, _| reply(302, &[("location", "/login.html")], ""));
    let fault = check_access(&stage).await.unwrap_err();
    assert_eq!((fault.code, fault.reaction), (codes::LOGIN_PAGE, Reaction::Again { after_ms: None }));
}

#[tokio::test]
async fn token_requests_pass_like_all_others() {
    let stage = numbered(|_| true);
    check_access(&stage).await.unwrap();
    assert_eq!(*stage.admission.entered.lock().unwrap(), ["oidc", "scim"]);
    assert_eq!(*stage.admission.left.lock().unwrap(), [("oidc", Ending::Answered), ("scim", Ending::Answered)]);
}

#[test]
fn credentials_are_never_shown_s23() {
    let secret = || secrecy::SecretString::from(CLIENT_SECRET);
    let machine = databricks::Credentials::Machine { client_id: "id".to_owned(), client_secret: secret() };
    let shown = format!("{machine:?} {:?}", databricks::Credentials::Personal(secret()));
    assert!(shown.contains("id") && !shown.contains(CLIENT_SECRET), "{shown}");
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {CLIENT_SECRET}").parse().unwrap());
    let request = databricks::Request {
        method: databricks::Verb::Post,
        path_and_query: "/x".to_owned(),
        headers,
        body: CLIENT_SECRET.into(),
    };
    let shown = format!("{request:?} {:?}", Arc::new(token(CLIENT_SECRET, 1).unwrap()));
    assert!(!shown.contains(CLIENT_SECRET), "{shown}");
}
