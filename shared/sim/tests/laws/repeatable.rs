//! Tests that the same seed gives the same world, and that a large world answers quickly.

use std::{fmt::Write, time::Instant};

use serde_json::{Value, json};
use sim::{Answer, Estate, Fault, FaultKind, Limits, Request, Settings, Side, Stale, World};

use crate::drive::{HOUR, START};

fn settings() -> Settings {
    let lossy = FaultKind::ReplyLost { nth: None, probability: 0.1 };
    Settings {
        stale: Stale { probability: 0.3, window_ms: 3_000 },
        faults: vec![
            Fault::new(Side::Primary, START + 60_000, lossy),
            Fault::new(Side::Standby, START, FaultKind::Error { status: 503, probability: 0.1 }),
        ],
        ..Settings::default()
    }
}

/// The answers to a fixed list of requests, as text.
fn story(seed: u64, stride_ms: i64) -> String {
    let mut world = World::new(seed, Estate::generate(seed, 120), settings(), START);
    let mut said = String::new();
    let reads = [
        "/api/2.2/jobs/list?limit=100&expand_tasks=true",
        "/api/2.2/jobs/runs/list?active_only=true",
        "/api/2.1/clusters/list?page_size=100",
        "/api/2.0/instance-pools/list",
        "/api/2.0/sql/warehouses",
        "/api/2.0/pipelines?max_results=100",
    ];
    for minute in 0..120 {
        let now = START + minute * 60_000;
        let mut at = now - 60_000 + stride_ms;
        while at < now {
            world.advance(at);
            at += stride_ms;
        }
        for side in Side::BOTH {
            let path = reads[usize::try_from(minute).unwrap_or(0) % reads.len()];
            let read = Request::json("GET", path, side.personal_token(), &Value::Null);
            tell(&mut said, &world.handle(now, side, &read));
            let all = json!({ "all_queued_runs": true });
            let path = "/api/2.2/jobs/runs/cancel-all";
            let write = Request::json("POST", path, side.personal_token(), &all);
            tell(&mut said, &world.handle(now, side, &write));
        }
    }
    let ledger = serde_json::to_string(world.ledger()).expect("text");
    said + &ledger
}

fn tell(said: &mut String, answer: &Answer) {
    match answer {
        Answer::Reply { after_ms, reply } => {
            let body = String::from_utf8_lossy(&reply.body);
            writeln!(said, "{after_ms} {} {body}", reply.status).expect("room");
        }
        Answer::Silence => said.push_str("silence\n"),
        Answer::Reset { after_ms } => writeln!(said, "{after_ms} reset").expect("room"),
    }
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes_and_the_same_ledger() {
    let first = story(5, 60_000);
    assert!(first.len() > 100_000);
    assert!(first == story(5, 60_000), "two worlds of one seed differ");
    assert!(first != story(6, 60_000), "another seed gives another world");
}

#[test]
fn how_often_the_world_is_advanced_in_between_changes_nothing() {
    assert!(story(5, 60_000) == story(5, 7_000));
}

#[test]
fn time_never_runs_backward() {
    let mut world = World::new(1, Estate::small(), Settings::default(), START);
    world.advance(START + HOUR);
    world.advance(START);
    assert_eq!(world.now_ms(), START + HOUR);
    assert!(world.next_event_ms().is_some_and(|next| next > START + HOUR));
}

/// The bound holds in an optimized build; other builds only count the answers.
#[test]
fn a_pair_of_five_thousand_answers_fifty_thousand_requests_in_seconds() {
    let began = Instant::now();
    let settings = Settings { limits: Limits::off(), ..Settings::default() };
    let estate = Estate::generate(1, 5_000);
    let twins = estate.counterparts();
    let mut world = World::new(1, estate, settings, START);
    let requests: u32 = if cfg!(debug_assertions) { 2_000 } else { 50_000 };
    let mut answered = 0;
    for (number, (kind, primary, standby)) in (0..requests).zip(twins.iter().cycle()) {
        let now = START + i64::from(number) * 72;
        let side = if number % 2 == 0 { Side::Primary } else { Side::Standby };
        let id = if number % 2 == 0 { primary } else { standby };
        let request = read_or_write(number, kind, id, side);
        answered += u32::from(matches!(world.handle(now, side, &request), Answer::Reply { .. }));
    }
    assert_eq!(answered, requests);
    let took = began.elapsed();
    println!("{requests} requests, {} runs, {took:?}", world.ledger().starts.len());
    assert!(cfg!(debug_assertions) || took.as_secs() < 8, "{took:?}");
}

fn read_or_write(number: u32, kind: &str, id: &str, side: Side) -> Request {
    let token = side.personal_token();
    if number.is_multiple_of(50) {
        let path = "/api/2.2/jobs/runs/list?active_only=true&limit=24";
        return Request::json("GET", path, token, &Value::Null);
    }
    match kind {
        "job" if number.is_multiple_of(3) => {
            let body = json!({ "job_id": id.parse::<i64>().ok(), "new_settings": { "timeout_seconds": 60 } });
            Request::json("POST", "/api/2.2/jobs/update", token, &body)
        }
        "job" => Request::json("GET", &format!("/api/2.2/jobs/get?job_id={id}"), token, &Value::Null),
        "cluster" => {
            let path = format!("/api/2.1/clusters/get?cluster_id={id}");
            Request::json("GET", &path, token, &Value::Null)
        }
        "warehouse" => {
            let path = format!("/api/2.0/sql/warehouses/{id}/start");
            Request::json("POST", &path, token, &Value::Null)
        }
        "pipeline" => Request::json("GET", &format!("/api/2.0/pipelines/{id}"), token, &Value::Null),
        _ => Request::json("GET", "/api/2.2/jobs/list?limit=25", token, &Value::Null),
    }
}
