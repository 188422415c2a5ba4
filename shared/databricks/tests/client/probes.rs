//! Tests the reading of each answer to a probe, and that a probe makes one try.

use std::sync::Arc;

use databricks::{PROBES, Reach, Response, TransportError, probes};
use engine::ports::{Depth, ProbeList, Probed};
use failover::Side;
use failover::signal::Reading;
use jiff::{SignedDuration, Timestamp};
use saga::Reaction;
use serde_json::json;

use crate::canned::{Stage, ok, reply, token};

const TOKEN: &str = "POST /oidc/v1/token";
const ASSIGNMENT: &str = "GET /api/2.1/unity-catalog/current-metastore-assignment";

/// The readings of every usual probe of a side, by name.
async fn looks(stage: &Stage) -> Vec<(String, Probed)> {
    let mut seen = Vec::new();
    for found in probes::of(&stage.workspace, &probes::usual(Side::Primary)) {
        let probe = found.probe;
        seen.push((probe.info().name.clone(), probe.look(Timestamp::UNIX_EPOCH, &stage.admission).await));
    }
    seen
}

async fn readings(stage: &Stage) -> Vec<Reading> {
    looks(stage).await.into_iter().map(|(_, probed)| probed.reading).collect()
}

/// A workspace that issues tokens, and gives this answer to everything else.
fn signed_in(answer: impl Fn() -> Result<Response, TransportError> + Send + Sync + 'static) -> Stage {
    Stage::machine(move |line, _| if line == TOKEN { token("t", 3600) } else { answer() })
}

#[tokio::test]
async fn what_is_answered_is_healthy_and_measured() {
    let stage = signed_in(|| ok(&json!({ "userName": "robot" })));
    for (name, probed) in looks(&stage).await {
        assert_eq!((probed.reading, probed.measured), (Reading::Healthy, Some(0.0)), "{name}: {}", probed.text);
    }
    let sent: Vec<String> = stage.sent().iter().map(|line| line.split(" [").next().unwrap_or("").to_owned()).collect();
    let calls = [
        TOKEN,
        "GET /api/2.0/preview/scim/v2/Me",
        "GET /api/2.2/jobs/list?limit=1",
        "GET /api/2.1/clusters/list?page_size=1",
        ASSIGNMENT,
    ];
    assert_eq!(sent, calls, "one request a look, and one token for all");
}

#[tokio::test]
async fn a_new_token_is_asked_for_at_each_look() {
    let stage = signed_in(|| ok(&json!({})));
    looks(&stage).await;
    stage.clock.go_on(SignedDuration::from_mins(1));
    looks(&stage).await;
    assert_eq!(stage.sent().iter().filter(|line| line.starts_with(TOKEN)).count(), 2);
}

#[tokio::test]
async fn silence_a_5xx_and_a_web_page_are_down() {
    let silence = || Err(TransportError { reach: Reach::Doubt, message: "no answer in time".to_owned() });
    let all_down = [Reading::Down; 5];
    assert_eq!(readings(&Stage::machine(move |_, _| silence())).await, all_down);
    assert_eq!(readings(&Stage::machine(|_, _| reply(503, &[], ""))).await, all_down);
    let page = || reply(200, &[("content-type", "text/html")], "<html>log in</html>");
    assert_eq!(readings(&Stage::machine(move |_, _| page())).await, all_down);
    assert_eq!(readings(&signed_in(page)).await[1..], all_down[1..]);
}

#[tokio::test]
async fn what_speaks_of_us_is_unknown_and_says_what_to_do() {
    let refused = Stage::machine(|_, _| reply(401, &[], r#"{"error":"invalid_client"}"#));
    for (name, probed) in looks(&refused).await {
        assert_eq!(probed.reading, Reading::Unknown, "{name}");
        assert!(probed.text.contains("renew the credentials"), "{}", probed.text);
    }
    let denied = signed_in(|| reply(403, &[], r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#));
    assert_eq!(readings(&denied).await[1..], [Reading::Unknown; 4]);
    let missing = signed_in(|| reply(404, &[], r#"{"error_code":"ENDPOINT_NOT_FOUND","message":"no"}"#));
    assert_eq!(readings(&missing).await[1..], [Reading::Unknown; 4]);
}

#[tokio::test]
async fn who_asks_for_fewer_requests_is_there() {
    let stage = Stage::machine(|_, _| reply(429, &[("retry-after", "5")], ""));
    assert_eq!(readings(&stage).await, [Reading::Healthy; 5]);
    let fault = stage.workspace.clone();
    let refused = engine::ports::Workspace::check_access(&*fault, &stage.admission).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.reaction),
        (databricks::codes::THROTTLED, Reaction::Again { after_ms: Some(5_000) })
    );
}

#[tokio::test]
async fn a_personal_token_is_not_issued_so_nothing_is_told_of_that() {
    let stage = Stage::personal(|_, _| ok(&json!({})));
    let names: Vec<String> = looks(&stage).await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["me", "jobs", "clusters", "metastore"]);
    assert_eq!(Arc::strong_count(&stage.workspace), 1);
}

#[test]
fn the_usual_probes_are_the_shallow_ones_and_change_nothing() {
    let usual = probes::usual(Side::Standby);
    assert!(usual.iter().all(|probe| probe.side == Side::Standby && probe.name == probe.kind));
    for kind in PROBES.traits().into_iter().filter(|traits| traits.depth == Depth::Shallow) {
        assert!(!kind.works && usual.iter().any(|probe| probe.kind == kind.kind), "{}", kind.kind);
    }
    assert!(PROBES.check("me", &json!({ "x": 1 })).is_err());
}
