//! Tests the loss and the return of a region.

use serde_json::json;
use sim::{By, Cause, Side::Primary};

use crate::drive::{Drive, HOUR, MINUTE, START};

#[test]
fn while_a_region_is_lost_nothing_is_processed_and_no_schedule_fires() {
    let mut drive = Drive::usual(1);
    drive.wait(10 * MINUTE);
    assert!(drive.world.audit().processing_on(Primary) > 10);
    let lost = drive.now;
    drive.world.region_lost(lost, Primary);
    drive.wait(2 * HOUR);
    assert_eq!(drive.world.audit().processing_on(Primary), 0);
    let ledger = drive.world.ledger();
    assert!(ledger.starts.iter().all(|start| start.at_ms <= lost));
    assert!(ledger.intervals.iter().all(|found| found.to_ms.is_some_and(|to| to <= lost)));
}

#[test]
fn when_it_is_back_work_begins_again_by_itself() {
    let mut drive = Drive::usual(1);
    drive.wait(10 * MINUTE);
    let lost = drive.now;
    drive.world.region_lost(lost, Primary);
    drive.wait(2 * HOUR);
    let back = drive.now;
    drive.world.region_back(back, Primary);
    drive.wait(20 * MINUTE);
    let ledger = drive.world.ledger();
    let since = |cause: Cause| ledger.starts.iter().filter(|start| start.at_ms > back && start.cause == cause).count();
    for cause in [Cause::Schedule, Cause::ContinuousRestart, Cause::FileArrival, Cause::Retry] {
        assert!(since(cause) > 0, "{cause:?}");
    }
    let restarted =
        ledger.activations.iter().filter(|done| done.at_ms >= back && done.kind == "pipeline" && done.by == By::Itself);
    assert!(restarted.count() > 0, "the service restarts pipelines");
    assert!(drive.world.audit().processing_on(Primary) > 10);
}

#[test]
fn runs_that_were_cut_off_end_in_error_or_vanish() {
    let mut drive = Drive::usual(1);
    drive.wait(10 * MINUTE);
    let path = "/api/2.2/jobs/runs/list?limit=24";
    let running: Vec<i64> = drive
        .pages(Primary, path, "runs")
        .iter()
        .filter(|run| run["state"]["life_cycle_state"] == json!("RUNNING"))
        .filter_map(|run| run["run_id"].as_i64())
        .collect();
    drive.world.region_lost(drive.now, Primary);
    drive.wait(HOUR);
    drive.world.region_back(drive.now, Primary);
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for run in running {
        let path = format!("/api/2.2/jobs/runs/get?run_id={run}");
        let (status, value) = drive.ask(Primary, "GET", &path, &serde_json::Value::Null);
        let life = value["state"]["life_cycle_state"].as_str().unwrap_or("vanished").to_owned();
        *seen.entry(if status == 200 { life } else { "vanished".to_owned() }).or_default() += 1;
        drive.now += 20;
    }
    let some = |life: &str| seen.get(life).copied().unwrap_or(0) > 0;
    assert!(some("INTERNAL_ERROR") && some("vanished"), "{seen:?}");
    assert!(!some("RUNNING"), "{seen:?}");
}

#[test]
fn what_is_fenced_while_the_region_is_lost_stays_fenced_when_it_is_back() {
    let mut drive = Drive::small();
    let schedule = |pause: &str| {
        json!({ "schedule": {
            "quartz_cron_expression": "0 * * * * ?", "timezone_id": "UTC", "pause_status": pause,
        }})
    };
    let job = drive.make_job(schedule("UNPAUSED"));
    drive.wait(90_000);
    drive.world.region_lost(drive.now, Primary);
    drive.wait(HOUR);
    let mut fence = schedule("PAUSED");
    fence["max_concurrent_runs"] = json!(0);
    drive.update_job(Primary, job, fence);
    drive.post(Primary, "/api/2.2/jobs/runs/cancel-all", &json!({ "job_id": job }));
    drive.wait(2 * MINUTE);
    drive.world.region_back(drive.now, Primary);
    let back = drive.now;
    drive.wait(2 * HOUR);
    let last = drive.world.last_processing_ms(Primary, &job.to_string()).expect("it ran once");
    assert!(last < back && last > START);
}
