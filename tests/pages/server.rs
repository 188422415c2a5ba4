//! Serves the approval pages on loopback, one address for each case, for a test in a browser.
//!
//! The deployed function in the local stack answers. This program prints one line of JSON that names the cases, and
//! serves until it is killed.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use engine::approvals::{answer, at_terminal};
use engine::detection::ingest;
use engine::ports::ApprovalRequest;
use failover::Side;
use failover::plan::GO;
use failover::signal::{About, Origin, Reading, Signal};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::SignedDuration;
use local::stack::PAIR;
use saga::PlanHash;
use serde_json::{Value, json};
use tests::people::{code, secret_code};
use tests::question::Ground;
use tokio::net::TcpListener;
use tokio::task::{LocalSet, spawn_local};

/// The cases that a browser goes through.
const CASES: [&str; 8] =
    ["approve", "decline", "wrong_code", "expired", "used", "another_plan", "worse_loss", "two_people"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    LocalSet::new().run_until(serve()).await;
}

async fn serve() {
    let mut cases = serde_json::Map::new();
    for case in CASES {
        let ground = ground_of(case).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let links = ["ana", "ben"].map(|person| {
            let url = format!("http://{address}/approve/{}", ground.token(person));
            (person.to_owned(), json!({ "url": url, "code": code(person) }))
        });
        cases.insert(case.to_owned(), Value::Object(links.into_iter().collect()));
        spawn_local(accept(listener, Rc::new(ground)));
    }
    println!("{}", json!({ "pair": PAIR, "cases": cases }));
    std::future::pending().await
}

/// The pair of a case, after the events between the message and the click.
async fn ground_of(case: &str) -> Ground {
    let people = if case == "two_people" { 2 } else { 1 };
    let expires = if case == "expired" { SignedDuration::from_secs(1) } else { SignedDuration::from_mins(60) };
    let ground = Ground::new(people, expires).await;
    ingest(&ground.operator, signals()).await.unwrap();
    match case {
        "expired" => tokio::time::sleep(Duration::from_secs(2)).await,
        "used" => {
            let cem = at_terminal(&ground.operator, "cem", Some(&secret_code("cem"))).unwrap();
            answer(&ground.operator, &ground.saga, GO, &cem, true, true).await.unwrap();
        }
        "another_plan" => {
            let ask = ground.ask().await;
            let other = ApprovalRequest { plan: PlanHash::of(b"another plan"), revision: ask.revision + 1, ..ask };
            ground.operator.approval_requests.put_question(&other).await.unwrap();
        }
        "worse_loss" => ground.synced("2026-01-05T07:40:00Z").await,
        _ => ground.reconcile().await,
    }
    ground
}

/// The signals about both sides.
fn signals() -> Vec<Signal> {
    let said = |source: &str, subject: &str, side, origin, reading, text: &str| Signal {
        about: About { source: source.to_owned(), side, subject: subject.to_owned() },
        origin,
        reading,
        seen_at: "2026-01-05T07:51:30Z".parse().unwrap(),
        holds_s: 7_200,
        text: text.to_owned(),
    };
    let (primary, standby) = (Side::Primary, Side::Standby);
    vec![
        said(
            "aws_health",
            "event",
            primary,
            Origin::Provider,
            Reading::Down,
            "AWS_EC2_OPERATIONAL_ISSUE in us-east-1: increased error rates",
        ),
        said(
            "probe",
            "token",
            primary,
            Origin::Probe,
            Reading::Down,
            "POST /oidc/v1/token: no answer within 3 s, three times in a row",
        ),
        said(
            "datadog",
            "jobs",
            primary,
            Origin::Monitoring,
            Reading::Degraded,
            "Failed job runs: 84 % of 120 in five minutes",
        ),
        said("probe", "token", standby, Origin::Probe, Reading::Healthy, "A token within 212 ms"),
    ]
}

async fn accept(listener: TcpListener, ground: Rc<Ground>) {
    while let Ok((stream, _)) = listener.accept().await {
        let ground = Rc::clone(&ground);
        spawn_local(async move {
            let service = service_fn(|request| exchange(&ground, request));
            // A browser that goes away is no fault of ours.
            http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
        });
    }
}

/// Hands one request to the function as its own address does, and returns the answer.
async fn exchange(ground: &Ground, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let event = json!({
        "version": "2.0", "rawPath": path, "isBase64Encoded": false,
        "requestContext": { "http": { "method": method, "path": path } },
        "body": String::from_utf8_lossy(&body),
    });
    let answer = ground.stack.request("ApprovalFunction", event).await.unwrap();
    let mut response = Response::builder().status(u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap());
    for (name, value) in answer["headers"].as_object().unwrap() {
        response = response.header(name, value.as_str().unwrap());
    }
    Ok(response.body(Full::from(answer["body"].as_str().unwrap().to_owned())).unwrap())
}
