//! Checks the ways that the template has for events and requests.

use std::sync::Arc;
use std::time::Duration;

use engine::Deps;
use failover::Side;
use failover::signal::{CloudName, Reading, Track};
use local::clockwork::in_virtual_time;
use local::stack::Stack;
use serde_json::{Value, json};

use super::listeners::{stack, tracks};

/// Parses a sample.
fn sample(text: &str) -> Value {
    serde_json::from_str(text).expect("a sample is played")
}

macro_rules! event {
    ($path:literal) => {
        sample(include_str!(concat!("../../../events/", $path)))
    };
}

/// Runs the stack beside `acts`.
fn beside<T>(api_calls: impl AsyncFnOnce(&Arc<Stack>, &Deps) -> T) -> T {
    in_virtual_time(async move {
        let stack = stack(CloudName::Aws);
        let deps = stack.operator();
        tokio::select! {
            biased;
            ended = api_calls(&stack, &deps) => ended,
            () = stack.run() => unreachable!("the stack runs for ever"),
        }
    })
    .expect("a sample is played")
}

/// The tracks of the pair, once everything that was sent has arrived.
async fn known(deps: &Deps) -> Vec<Track> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    tracks(deps).await
}

#[test]
fn events_reach_the_function_by_the_rules_of_the_template() {
    let tracks = beside(async |stack, deps| {
        stack.put_event(&event!("aws_health/issue-open.json"));
        stack.put_event(&event!("cloudwatch_alarm/alarm.json"));
        let mut other = event!("aws_health/issue-open.json");
        other["source"] = json!("somebody.else");
        stack.put_event(&other);
        known(deps).await
    });
    let sources: Vec<&str> = tracks.iter().map(|track| track.about.source.as_str()).collect();
    assert_eq!(sources, ["aws_health", "cloudwatch_alarm"]);
}

#[test]
fn a_copy_from_the_backup_region_is_the_same_look_in_any_order() {
    let (own, backup) = (event!("aws_health/issue-open.json"), event!("aws_health/issue-open-backup.json"));
    let end = event!("aws_health/resolved-while-open.json");
    let came = |events: &[&Value]| {
        beside(async |stack, deps| {
            for event in events {
                stack.put_event(event);
                stack.put_event(event);
            }
            known(deps).await
        })
    };
    let once = came(&[&own, &end]);
    assert_eq!(once.len(), 1);
    let readings: Vec<Reading> = once[0].looks.iter().map(|look| look.reading).collect();
    assert_eq!(readings, [Reading::Degraded, Reading::Healthy]);
    assert_eq!(came(&[&end, &backup, &own]), once);
    assert_eq!(came(&[&backup, &own, &end, &own]), once);
}

#[test]
fn a_request_is_answered_in_full_and_recorded() {
    let (answer, tracks) = beside(async |stack, deps| {
        let answer =
            stack.request("SignalFunction", event!("datadog/triggered.json")).await.expect("a sample is played");
        (answer, known(deps).await)
    });
    assert_eq!(answer["statusCode"], 200, "{answer}");
    for member in ["headers", "multiValueHeaders", "isBase64Encoded", "cookies", "body"] {
        assert!(!answer[member].is_null(), "{member}: cargo lambda watch asks for it");
    }
    assert_eq!((tracks[0].about.side, tracks[0].looks[0].reading), (Side::Primary, Reading::Down));
}

#[test]
fn what_is_not_let_in_or_not_understood_changes_nothing() {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = event!("datadog/triggered.json");
        change(&mut request);
        request
    };
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(1024 * 1024));
    let refused = [
        (401, event!("datadog/wrong-secret.json")),
        (401, with(&|request| request["headers"] = json!({}))),
        (401, with(&|request| request["rawPath"] = json!("/webhook/aws_health"))),
        (401, with(&|request| request["rawPath"] = json!("/webhook/nobody"))),
        (404, with(&|request| request["rawPath"] = json!("/"))),
        (404, with(&|request| request["requestContext"]["http"]["method"] = json!("GET"))),
        (413, with(&|request| request["body"] = json!(long))),
        (400, with(&|request| request["body"] = json!("{"))),
        (400, with(&|request| request["body"] = Value::Null)),
        (400, with(&|request| request["isBase64Encoded"] = json!(true))),
        (400, with(&|request| request["headers"] = json!("none"))),
    ];
    let (answers, tracks) = beside(async |stack, deps| {
        let mut answers = Vec::new();
        for (_, request) in &refused {
            answers.push(stack.request("SignalFunction", request.clone()).await.expect("a sample is played"));
        }
        (answers, known(deps).await)
    });
    assert!(tracks.is_empty(), "{tracks:?}");
    for ((status, _), answer) in refused.iter().zip(&answers) {
        assert_eq!(answer["statusCode"], json!(status), "{answer}");
    }
    let unauthorized: Vec<&Value> = answers.iter().filter(|answer| answer["statusCode"] == 401).collect();
    assert!(unauthorized.iter().all(|answer| *answer == unauthorized[0]), "an answer tells which webhooks there are");
}
