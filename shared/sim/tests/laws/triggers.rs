//! Tests the starters of runs, and what stops them.

use serde_json::{Value, json};
use sim::{Cause, Side::Primary};

use crate::drive::{Drive, HOUR, MINUTE, SECOND, START};

fn starts(drive: &Drive, job: i64) -> Vec<(i64, Cause)> {
    let of_job = drive.world.ledger().starts.iter().filter(|start| start.job == Some(job));
    of_job.map(|start| (start.at_ms, start.cause)).collect()
}

fn every_quarter(pause: &str) -> Value {
    json!({ "quartz_cron_expression": "0 0/15 * * * ?", "timezone_id": "UTC", "pause_status": pause })
}

#[test]
fn a_schedule_starts_runs_at_exactly_its_moments() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "max_concurrent_runs": 9, "schedule": every_quarter("UNPAUSED") }));
    drive.wait(HOUR);
    let moments: Vec<i64> = starts(&drive, job).iter().map(|(at, _)| (at - START) / MINUTE).collect();
    assert_eq!(moments, [15, 30, 45, 60]);
    assert!(starts(&drive, job).iter().all(|(_, cause)| *cause == Cause::Schedule));
}

#[test]
fn a_paused_job_starts_no_run() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "schedule": every_quarter("UNPAUSED") }));
    drive.update_job(Primary, job, json!({ "schedule": every_quarter("PAUSED") }));
    drive.wait(6 * HOUR);
    assert!(starts(&drive, job).is_empty());
}

#[test]
fn arrivals_and_periods_start_runs_with_their_own_cause() {
    let mut drive = Drive::small();
    let cases = [
        (json!({ "file_arrival": { "url": "s3://x/" } }), Cause::FileArrival, "FILE_ARRIVAL"),
        (json!({ "table_update": { "table_names": ["a.b.c"] } }), Cause::Table, "TABLE"),
        (json!({ "periodic": { "interval": 1, "unit": "HOURS" } }), Cause::Periodic, "PERIODIC"),
    ];
    for (trigger, cause, word) in cases {
        let job = drive.make_job(json!({ "trigger": trigger }));
        drive.wait(3 * HOUR);
        let seen = starts(&drive, job);
        assert!(!seen.is_empty() && seen.iter().all(|(_, found)| *found == cause), "{word}");
        assert_eq!(drive.runs_of(Primary, job)[0]["trigger"], json!(word));
    }
}

#[test]
fn each_of_several_triggers_is_paused_on_its_own() {
    let mut drive = Drive::small();
    let entries = json!([
        { "schedule": every_quarter("x"), "pause_status": "PAUSED" },
        { "file_arrival": { "url": "s3://x/" }, "pause_status": "UNPAUSED" },
    ]);
    let job = drive.make_job(json!({ "triggers": entries }));
    drive.wait(4 * HOUR);
    let seen = starts(&drive, job);
    assert!(seen.len() > 2);
    assert!(seen.iter().all(|(_, cause)| *cause == Cause::FileArrival));
}

#[test]
fn a_continuous_job_follows_its_own_canceled_run_until_it_is_paused() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "continuous": {} }));
    drive.wait(MINUTE);
    let cancel = |drive: &mut Drive| {
        let newest = drive.runs_of(Primary, job)[0]["run_id"].clone();
        drive.post(Primary, "/api/2.2/jobs/runs/cancel", &json!({ "run_id": newest }));
        drive.wait(2 * MINUTE);
    };
    cancel(&mut drive);
    let causes: Vec<Cause> = starts(&drive, job).iter().map(|(_, cause)| *cause).collect();
    assert_eq!(causes[..2], [Cause::Continuous, Cause::ContinuousRestart]);
    drive.update_job(Primary, job, json!({ "continuous": { "pause_status": "PAUSED" } }));
    let before = starts(&drive, job).len();
    cancel(&mut drive);
    drive.wait(HOUR);
    assert_eq!(starts(&drive, job).len(), before, "paused first, canceled then, nothing follows");
}

#[test]
fn run_now_on_an_unpaused_continuous_job_replaces_its_run() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "continuous": {} }));
    drive.wait(MINUTE);
    let first = drive.runs_of(Primary, job)[0]["run_id"].as_i64().expect("an id");
    let second = drive.run_now(Primary, job);
    assert_eq!(drive.life(Primary, first), "TERMINATED");
    drive.until_life(Primary, second, "RUNNING");
    assert_eq!(drive.runs_of(Primary, job).len(), 2);
}

#[test]
fn a_continuous_job_with_a_limit_of_zero_keeps_skipping_ever_more_slowly() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "continuous": {}, "max_concurrent_runs": 0 }));
    drive.wait(2 * HOUR);
    let runs = drive.runs_of(Primary, job);
    assert!(runs.iter().all(|run| run["state"]["life_cycle_state"] == json!("SKIPPED")));
    assert!((5..100).contains(&runs.len()), "{} runs", runs.len());
    assert!(drive.world.last_processing_ms(Primary, &job.to_string()).is_none());
}

#[test]
fn raising_the_limit_lets_queued_runs_go() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "queue": { "enabled": true } }));
    let first = drive.run_now(Primary, job);
    let second = drive.run_now(Primary, job);
    drive.update_job(Primary, job, json!({ "max_concurrent_runs": 2 }));
    assert_eq!(drive.life(Primary, second), "PENDING");
    drive.wait(20 * SECOND);
    assert_eq!(drive.life(Primary, first), "RUNNING");
}
