//! Tests runs: limits, queues, tokens, cancels, retries, compute.

use serde_json::{Value, json};
use sim::{Cause, Delays, Estate, Settings, Side::Primary};

use crate::drive::{Drive, MINUTE, SECOND, START};

#[test]
fn a_run_goes_from_pending_through_running_to_terminated() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    let run = drive.run_now(Primary, job);
    assert_eq!(drive.life(Primary, run), "PENDING");
    drive.until_life(Primary, run, "RUNNING");
    drive.until_life(Primary, run, "TERMINATED");
    let seen = drive.get(Primary, &format!("/api/2.2/jobs/runs/get?run_id={run}"));
    assert_eq!(seen["state"]["result_state"], json!("SUCCESS"));
    assert_eq!(seen["status"]["state"], json!("TERMINATED"));
    let interval = drive.world.ledger().intervals.iter().find(|found| found.run == run.to_string());
    assert!(interval.is_some_and(|found| found.to_ms == seen["end_time"].as_i64()));
}

#[test]
fn one_token_gives_one_run_even_when_the_reply_was_lost() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "max_concurrent_runs": 5 }));
    let body = json!({ "job_id": job, "idempotency_token": "t" });
    let first = drive.post(Primary, "/api/2.2/jobs/run-now", &body);
    let second = drive.post(Primary, "/api/2.2/jobs/run-now", &body);
    assert_eq!(first, second);
    assert_eq!(drive.runs_of(Primary, job).len(), 1);
    let long = json!({ "job_id": job, "idempotency_token": "x".repeat(65) });
    assert_eq!(drive.refused(Primary, "POST", "/api/2.2/jobs/run-now", &long).0, 400);
}

#[test]
fn a_limit_of_zero_skips_new_runs_and_leaves_active_ones_alone() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    let active = drive.run_now(Primary, job);
    drive.until_life(Primary, active, "RUNNING");
    drive.update_job(Primary, job, json!({ "max_concurrent_runs": 0 }));
    let skipped = drive.run_now(Primary, job);
    assert_eq!(drive.life(Primary, skipped), "SKIPPED");
    assert_eq!(drive.life(Primary, active), "RUNNING");
}

#[test]
fn runs_over_the_limit_are_skipped_or_queued_and_the_oldest_queued_follows() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({ "max_concurrent_runs": 2 }));
    let runs: Vec<i64> = (0..3).map(|_| drive.run_now(Primary, job)).collect();
    assert_eq!(drive.life(Primary, runs[2]), "SKIPPED");
    drive.update_job(Primary, job, json!({ "queue": { "enabled": true } }));
    let queued: Vec<i64> = (0..2).map(|_| drive.run_now(Primary, job)).collect();
    assert_eq!(drive.life(Primary, queued[0]), "QUEUED");
    drive.until_life(Primary, runs[0], "TERMINATED");
    let (older, newer) = (drive.life(Primary, queued[0]), drive.life(Primary, queued[1]));
    assert_ne!(older, "QUEUED", "the younger one is {newer}");
}

#[test]
fn with_a_limit_of_zero_queueing_is_a_switch() {
    let life = |zero_limit_queues: bool| {
        let settings = Settings { zero_limit_queues, ..Settings::default() };
        let mut drive = Drive::with(Estate::small(), settings);
        let zero = json!({ "max_concurrent_runs": 0, "queue": { "enabled": true } });
        let job = drive.make_job(zero);
        let run = drive.run_now(Primary, job);
        drive.life(Primary, run)
    };
    assert_eq!((life(false).as_str(), life(true).as_str()), ("SKIPPED", "QUEUED"));
}

#[test]
fn a_cancel_is_asynchronous_and_processing_lasts_until_it_is_over() {
    let mut drive = Drive::small();
    let job = drive.make_job(json!({}));
    let run = drive.run_now(Primary, job);
    drive.until_life(Primary, run, "RUNNING");
    drive.post(Primary, "/api/2.2/jobs/runs/cancel", &json!({ "run_id": run }));
    assert_eq!(drive.life(Primary, run), "TERMINATING");
    let resource = job.to_string();
    assert_eq!(drive.world.last_processing_ms(Primary, &resource), Some(drive.world.now_ms()));
    drive.until_life(Primary, run, "TERMINATED");
    let ended = drive.world.last_processing_ms(Primary, &resource);
    drive.wait(MINUTE);
    assert_eq!(drive.world.last_processing_ms(Primary, &resource), ended);
    drive.post(Primary, "/api/2.2/jobs/runs/cancel", &json!({ "run_id": run }));
}

#[test]
fn all_queued_runs_of_the_workspace_are_canceled_at_once() {
    let mut drive = Drive::usual(1);
    let queued = |drive: &mut Drive| {
        let runs = drive.pages(Primary, "/api/2.2/jobs/runs/list?active_only=true", "runs");
        runs.iter().filter(|run| run["state"]["life_cycle_state"] == json!("QUEUED")).count()
    };
    assert!(queued(&mut drive) > 2);
    let all = json!({ "all_queued_runs": true });
    drive.post(Primary, "/api/2.2/jobs/runs/cancel-all", &all);
    drive.wait(5 * SECOND);
    assert_eq!(queued(&mut drive), 0);
}

#[test]
fn active_only_leaves_out_runs_that_wait_for_a_retry_or_are_blocked() {
    let mut drive = Drive::usual(1);
    let shown = |drive: &mut Drive, query: &str| {
        let path = format!("/api/2.2/jobs/runs/list?start_time_from={START}&limit=24&{query}");
        drive.pages(Primary, &path, "runs")
    };
    let waits = |run: &&Value| {
        ["WAITING_FOR_RETRY", "BLOCKED"].contains(&run["state"]["life_cycle_state"].as_str().unwrap_or_default())
    };
    let mut seen = 0;
    for _ in 0..120 {
        drive.wait(30 * SECOND);
        let all = shown(&mut drive, "");
        seen += all.iter().filter(waits).count();
        assert_eq!(shown(&mut drive, "active_only=true").iter().filter(waits).count(), 0);
    }
    assert!(seen > 0, "no run ever waited");
    assert!(drive.world.ledger().starts.iter().any(|start| start.cause == Cause::Retry));
}

#[test]
fn a_run_on_a_terminated_cluster_starts_it_and_waits() {
    let estate = Estate::generate(1, 240);
    let mut drive = Drive::with(estate, Settings::default());
    let path = "/api/2.1/clusters/list?filter_by.cluster_states=TERMINATED&filter_by.cluster_sources=UI";
    let cluster = drive.get(Primary, path)["clusters"][0]["cluster_id"].clone();
    let task = json!({ "task_key": "main", "existing_cluster_id": cluster });
    let job = drive.make_job(json!({ "tasks": [task] }));
    let run = drive.run_now(Primary, job);
    let id = cluster.as_str().expect("an id");
    let state = drive.get(Primary, &format!("/api/2.1/clusters/get?cluster_id={id}"));
    assert_eq!(state["state"], json!("PENDING"));
    drive.wait(10 * SECOND);
    assert_eq!(drive.life(Primary, run), "PENDING");
    drive.until_life(Primary, run, "RUNNING");
}

#[test]
fn a_run_on_a_cluster_that_goes_down_is_blocked_and_then_starts_it_again() {
    let mut drive = Drive::with(Estate::generate(1, 240), Settings::default());
    let path = "/api/2.1/clusters/list?filter_by.cluster_states=RUNNING&filter_by.cluster_sources=UI";
    let cluster = drive.get(Primary, path)["clusters"][0]["cluster_id"].clone();
    let task = json!({ "task_key": "main", "existing_cluster_id": cluster });
    let job = drive.make_job(json!({ "tasks": [task] }));
    drive.post(Primary, "/api/2.1/clusters/delete", &json!({ "cluster_id": cluster }));
    let run = drive.run_now(Primary, job);
    assert_eq!(drive.life(Primary, run), "BLOCKED");
    drive.until_life(Primary, run, "RUNNING");
}

#[test]
fn terminating_a_cluster_ends_the_run_on_it() {
    let mut drive = Drive::usual(1);
    let path = "/api/2.1/clusters/list?filter_by.cluster_states=RUNNING&filter_by.cluster_sources=UI";
    let cluster = drive.get(Primary, path)["clusters"][0]["cluster_id"].clone();
    let task = json!({ "task_key": "main", "existing_cluster_id": cluster });
    let job = drive.make_job(json!({ "tasks": [task] }));
    let run = drive.run_now(Primary, job);
    drive.until_life(Primary, run, "RUNNING");
    drive.post(Primary, "/api/2.1/clusters/delete", &json!({ "cluster_id": cluster }));
    drive.until_life(Primary, run, "INTERNAL_ERROR");
}

#[test]
fn a_job_cluster_lives_with_its_run() {
    let mut drive = Drive::small();
    let task = json!({ "task_key": "main", "new_cluster": { "num_workers": 1 } });
    let job = drive.make_job(json!({ "tasks": [task] }));
    let run = drive.run_now(Primary, job);
    let seen = drive.get(Primary, &format!("/api/2.2/jobs/runs/get?run_id={run}"));
    let id = seen["cluster_instance"]["cluster_id"].as_str().expect("a cluster").to_owned();
    let path = format!("/api/2.1/clusters/get?cluster_id={id}");
    assert_eq!(drive.get(Primary, &path)["cluster_source"], json!("JOB"));
    let start = drive.refused(Primary, "POST", "/api/2.1/clusters/start", &json!({ "cluster_id": id }));
    assert_eq!((start.0, start.1.as_str()), (400, "INVALID_STATE"));
    drive.until_life(Primary, run, "TERMINATED");
    drive.wait(2 * MINUTE);
    assert_eq!(drive.get(Primary, &path)["state"], json!("TERMINATED"));
}

#[test]
fn a_task_that_runs_another_job_starts_it() {
    let mut drive = Drive::small();
    let child = drive.make_job(json!({}));
    let task = json!({ "task_key": "main", "run_job_task": { "job_id": child } });
    let parent = drive.make_job(json!({ "tasks": [task] }));
    let run = drive.run_now(Primary, parent);
    drive.until_life(Primary, run, "RUNNING");
    assert_eq!(drive.runs_of(Primary, child)[0]["trigger"], json!("RUN_JOB_TASK"));
}

#[test]
fn canceling_a_run_stops_the_pipeline_update_it_started() {
    let delays = Delays { pipeline_start_ms: (1, 1), ..Delays::default() };
    let settings = Settings { delays, ..Settings::default() };
    let mut drive = Drive::with(Estate::small(), settings);
    let pipelines = drive.get(Primary, "/api/2.0/pipelines");
    let idle = pipelines["statuses"]
        .as_array()
        .and_then(|all| all.iter().find(|found| found["state"] == json!("IDLE")))
        .expect("an idle one")["pipeline_id"]
        .clone();
    let task = json!({ "task_key": "main", "pipeline_task": { "pipeline_id": idle } });
    let job = drive.make_job(json!({ "tasks": [task] }));
    let run = drive.run_now(Primary, job);
    drive.until_life(Primary, run, "RUNNING");
    drive.wait(SECOND);
    let path = format!("/api/2.0/pipelines/{}", idle.as_str().expect("an id"));
    assert_eq!(drive.get(Primary, &path)["state"], json!("RUNNING"));
    drive.post(Primary, "/api/2.2/jobs/runs/cancel", &json!({ "run_id": run }));
    drive.wait(2 * MINUTE);
    assert_eq!(drive.get(Primary, &path)["state"], json!("IDLE"));
}
