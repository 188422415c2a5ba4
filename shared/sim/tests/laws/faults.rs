//! Tests faults on the wire: what the caller sees, and what really happened.

use serde_json::{Value, json};
use sim::{
    Answer, Estate, Fault, FaultKind, Limits, Settings, Side,
    Side::{Primary, Standby},
    Stale,
};

use crate::drive::{Drive, MINUTE, SECOND, START};

const JOBS: &str = "/api/2.2/jobs/list?limit=1";

fn status(drive: &mut Drive, side: Side, path: &str) -> Option<u16> {
    match drive.send(side, "GET", path, &Value::Null) {
        Answer::Reply { reply, .. } => Some(reply.status),
        Answer::Silence | Answer::Reset { .. } => None,
    }
}

#[test]
fn a_dark_side_answers_nothing_and_nothing_happens_there_through_the_api() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    drive.world.inject(Fault::new(Primary, drive.now, FaultKind::Dark).until(drive.now + MINUTE));
    let body = json!({ "job_id": job });
    let answer = drive.send(Primary, "POST", "/api/2.2/jobs/run-now", &body);
    assert_eq!(answer, Answer::Silence);
    assert_eq!(status(&mut drive, Standby, JOBS), Some(200));
    drive.wait(MINUTE);
    assert!(drive.runs_of(Primary, job).is_empty());
    assert_eq!(drive.world.calls().of(Primary, "jobs.run").silent, 1);
}

#[test]
fn a_lost_reply_is_a_reset_after_the_effect() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    let kind = FaultKind::ReplyLost { nth: Some(1), probability: 0.0 };
    drive.world.inject(Fault::new(Primary, drive.now, kind).only("jobs.run"));
    let body = json!({ "job_id": job, "idempotency_token": "t" });
    let first = drive.send(Primary, "POST", "/api/2.2/jobs/run-now", &body);
    assert!(matches!(first, Answer::Reset { .. }));
    let second = drive.post(Primary, "/api/2.2/jobs/run-now", &body);
    let runs = drive.runs_of(Primary, job);
    assert_eq!((runs.len(), &runs[0]["run_id"]), (1, &second["run_id"]));
}

#[test]
fn an_error_has_no_effect_and_an_error_after_has_one() {
    for (kind, effect) in [
        (FaultKind::Error { status: 500, probability: 1.0 }, 0),
        (FaultKind::ErrorAfter { status: 500, probability: 1.0 }, 1),
    ] {
        let mut drive = Drive::small();
        let job = drive.make_job(json!({}));
        drive.world.inject(Fault::new(Primary, START, kind).only("jobs.run"));
        let body = json!({ "job_id": job });
        assert_eq!(drive.refused(Primary, "POST", "/api/2.2/jobs/run-now", &body).0, 500);
        assert_eq!(drive.runs_of(Primary, job).len(), effect);
    }
}

#[test]
fn a_login_page_is_a_200_without_json_or_a_redirect_to_one() {
    for (kind, wanted) in [(FaultKind::Html200, 200), (FaultKind::LoginRedirect, 302)] {
        let mut drive = Drive::small();
        drive.world.inject(Fault::new(Primary, START, kind));
        let Answer::Reply { reply, .. } = drive.send(Primary, "GET", JOBS, &Value::Null) else {
            panic!("no reply");
        };
        assert_eq!((reply.status, reply.value()), (wanted, Value::Null));
        let location = reply.headers.iter().find(|(name, _)| name == "location");
        assert_eq!(location.is_some(), wanted == 302);
    }
}

#[test]
fn without_the_token_endpoint_old_tokens_stay_good() {
    let mut drive = Drive::small();
    drive.world.inject(Fault::new(Primary, START, FaultKind::TokenDown));
    let body = json!({});
    assert_eq!(drive.ask(Primary, "POST", "/oidc/v1/token", &body).0, 503);
    assert_eq!(status(&mut drive, Primary, JOBS), Some(200));
}

#[test]
fn a_family_or_one_resource_can_be_forbidden_and_an_api_can_be_missing() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    let other = drive.make_job(json!({}));
    let only = FaultKind::Forbidden { resource: Some(job.to_string()) };
    drive.world.inject(Fault::new(Primary, START, only).only("jobs.update"));
    let update = |id: i64| json!({ "job_id": id, "new_settings": { "name": "n" } });
    let refused = drive.refused(Primary, "POST", "/api/2.2/jobs/update", &update(job));
    assert_eq!((refused.0, refused.1.as_str()), (403, "PERMISSION_DENIED"));
    drive.post(Primary, "/api/2.2/jobs/update", &update(other));

    let missing = FaultKind::Missing { status: 404 };
    drive.world.inject(Fault::new(Primary, START, missing).only("pipelines"));
    let Answer::Reply { reply, .. } = drive.send(Primary, "GET", "/api/2.0/pipelines", &Value::Null) else {
        panic!("no reply");
    };
    assert_eq!(reply.status, 404);
    assert!(String::from_utf8_lossy(&reply.body).starts_with("ENDPOINT_NOT_FOUND"));
}

#[test]
fn slow_replies_are_later_by_what_the_script_says() {
    let mut drive = Drive::small();
    drive.world.inject(Fault::new(Primary, START, FaultKind::Slow { ms: 9_000 }));
    let Answer::Reply { after_ms, .. } = drive.send(Primary, "GET", JOBS, &Value::Null) else {
        panic!("no reply");
    };
    assert!((9_040..=9_120).contains(&after_ms));
}

#[test]
fn over_the_limit_calls_are_refused_without_effect_and_say_when_to_come_back() {
    for retry_after in [true, false] {
        let limits = Limits { retry_after, ..Limits::default() };
        let mut drive = Drive::with(Estate::small(), Settings { limits, ..Settings::default() });
        let job = drive.make_job(json!({ "max_concurrent_runs": 1000 }));
        let request =
            sim::Request::json("POST", "/api/2.2/jobs/run-now", Primary.personal_token(), &json!({ "job_id": job }));
        let mut refused = Vec::new();
        for _ in 0..30 {
            if let Answer::Reply { reply, .. } = drive.world.handle(drive.now, Primary, &request)
                && reply.status == 429
            {
                refused.push(reply);
            }
        }
        assert_eq!(refused.len(), 10, "run-now allows 20 a second");
        let says = refused[0].headers.iter().find(|(name, _)| name == "retry-after");
        assert_eq!(says.map(|(_, value)| value.as_str()), retry_after.then_some("1"));
        let calls = drive.world.calls().of(Primary, "jobs.run");
        assert_eq!((calls.total, calls.throttled, calls.peak()), (30, 10, 30));
        assert!(calls.ideal_s(20.0).abs() < f64::EPSILON);
        drive.wait(SECOND);
        assert_eq!(drive.runs_of(Primary, job).len(), 20);
    }
}

#[test]
fn a_throttle_is_a_limit_even_where_there_is_none() {
    let settings = Settings { limits: Limits::off(), ..Settings::default() };
    let mut drive = Drive::with(Estate::small(), settings);
    let kind = FaultKind::Throttle { per_second: 2.0 };
    drive.world.inject(Fault::new(Primary, START, kind).only("jobs.list"));
    let request = sim::Request::json("GET", JOBS, Primary.personal_token(), &Value::Null);
    let ok = (0..10).filter(|_| match drive.world.handle(drive.now, Primary, &request) {
        Answer::Reply { reply, .. } => reply.status == 200,
        Answer::Silence | Answer::Reset { .. } => false,
    });
    assert_eq!(ok.count(), 2);
}

#[test]
fn reads_after_a_write_are_stale_for_the_window_and_then_true() {
    let stale = Stale { probability: 1.0, window_ms: 5_000 };
    let mut drive = Drive::with(Estate::small(), Settings { stale, ..Settings::default() });
    let listed = drive.pages(Primary, "/api/2.2/jobs/list?limit=100", "jobs");
    let id = listed[0]["job_id"].as_i64().expect("an id");
    drive.update_job(Primary, id, json!({ "name": "renamed" }));
    assert_ne!(drive.job(Primary, id)["settings"]["name"], json!("renamed"));
    let names = drive.pages(Primary, "/api/2.2/jobs/list?limit=100", "jobs");
    assert!(names.iter().all(|job| job["settings"]["name"] != json!("renamed")));
    drive.wait(5 * SECOND);
    assert_eq!(drive.job(Primary, id)["settings"]["name"], json!("renamed"));
}

#[test]
fn a_run_made_a_moment_ago_may_not_be_there_yet() {
    let stale = Stale { probability: 1.0, window_ms: 5_000 };
    let mut drive = Drive::with(Estate::small(), Settings { stale, ..Settings::default() });
    let listed = drive.pages(Primary, "/api/2.2/jobs/list?limit=100", "jobs");
    let id = listed[0]["job_id"].as_i64().expect("an id");
    let before = drive.runs_of(Primary, id).len();
    let run = drive.run_now(Primary, id);
    assert_eq!(drive.runs_of(Primary, id).len(), before);
    let path = format!("/api/2.2/jobs/runs/get?run_id={run}");
    assert_eq!(drive.refused(Primary, "GET", &path, &Value::Null).0, 400);
    drive.wait(5 * SECOND);
    assert_eq!(drive.runs_of(Primary, id).len(), before + 1);
}

#[test]
fn calls_are_counted_by_side_and_family_and_reads_are_no_effects() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    drive.job(Primary, job);
    drive.get(Standby, JOBS);
    let calls = drive.world.calls();
    assert_eq!((calls.total(Primary), calls.effects(Primary)), (2, 1));
    assert_eq!((calls.total(Standby), calls.effects(Standby)), (1, 0));
    assert_eq!(calls.of(Primary, "jobs.update").effects, 1);
}
