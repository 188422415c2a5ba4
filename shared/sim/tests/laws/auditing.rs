//! Tests that the auditor finds what is planted over the wire.

use serde_json::{Value, json};
use sim::{
    Estate, Settings,
    Side::{Primary, Standby},
};

use crate::drive::{Drive, HOUR, MINUTE, SECOND};

/// A pair, and the ids of its jobs on both sides.
fn pair() -> (Drive, Vec<(i64, i64)>) {
    let estate = Estate::generate(1, 240);
    let jobs = estate
        .counterparts()
        .into_iter()
        .filter(|(kind, _, _)| kind == "job")
        .map(|(_, left, right)| (left.parse().expect("an id"), right.parse().expect("an id")))
        .collect();
    (Drive::with(estate, Settings::default()), jobs)
}

fn is_running(drive: &mut Drive, job: i64) -> bool {
    drive.runs_of(Primary, job).iter().any(|run| run["state"]["life_cycle_state"] == json!("RUNNING"))
}

/// The ids of the first job that the primary is processing and that is not continuous.
fn processed(drive: &mut Drive, jobs: &[(i64, i64)]) -> (i64, i64) {
    let found = jobs.iter().copied().find(|(primary, _)| {
        drive.now += 100;
        let continuous = drive.job(Primary, *primary)["settings"].get("continuous").is_some();
        !continuous && is_running(drive, *primary)
    });
    found.expect("a running job")
}

fn wake(drive: &mut Drive, job: i64) {
    drive.update_job(Standby, job, json!({ "max_concurrent_runs": 1 }));
}

#[test]
fn a_sleeping_standby_gives_a_clean_audit() {
    let (mut drive, _) = pair();
    drive.wait(6 * HOUR);
    let audit = drive.world.audit();
    assert_eq!((audit.double_processing_ms, audit.processing_on(Standby)), (0, 0));
    assert!(audit.processing_on(Primary) > 0);
    assert!(drive.world.ledger().starts.iter().all(|start| start.side == Primary));
}

#[test]
fn work_done_on_both_sides_is_found_with_its_time() {
    let (mut drive, jobs) = pair();
    let (_, standby) = processed(&mut drive, &jobs);
    wake(&mut drive, standby);
    let run = drive.run_now(Standby, standby);
    drive.until_life(Standby, run, "RUNNING");
    drive.wait(10 * SECOND);
    let audit = drive.world.audit();
    assert!(audit.double_processing_ms >= 10_000, "{audit:?}");
    assert_eq!(audit.double_windows.len(), 1);
}

#[test]
fn one_run_per_interrupted_job_is_expected_and_a_second_is_found() {
    let (mut drive, jobs) = pair();
    let (_, standby) = processed(&mut drive, &jobs);
    drive.world.mark_loss(drive.now);
    drive.world.region_lost(drive.now, Primary);
    wake(&mut drive, standby);
    let none = drive.world.audit();
    assert!(none.runs_expected > 10 && none.runs_seen == 0);
    drive.run_now(Standby, standby);
    let one = drive.world.audit();
    assert_eq!(one.runs_wrong.len() + 1, none.runs_wrong.len());
    drive.run_now(Standby, standby);
    let two = drive.world.audit();
    assert!(two.runs_wrong.iter().any(|count| count.seen == 2 && count.expected == 1));
}

#[test]
fn what_was_paused_on_purpose_and_is_woken_is_found_and_what_was_active_is_not() {
    let (mut drive, jobs) = pair();
    let paused = |job: &Value, word: &str| job["settings"]["schedule"]["pause_status"].as_str() == Some(word);
    drive.world.mark_loss(drive.now);
    let mut woken = (0, 0);
    for (primary, standby) in jobs {
        drive.now += 100;
        let here = drive.job(Primary, primary);
        let there = drive.job(Standby, standby);
        let (off, on) = (paused(&here, "PAUSED"), paused(&here, "UNPAUSED"));
        if !(off && woken.0 < 2 || on && woken.1 < 2) {
            continue;
        }
        woken = (woken.0 + usize::from(off), woken.1 + usize::from(on));
        let mut schedule = there["settings"]["schedule"].clone();
        schedule["pause_status"] = json!("UNPAUSED");
        drive.update_job(Standby, standby, json!({ "schedule": schedule }));
    }
    assert_eq!(woken, (2, 2));
    let found = drive.world.audit().woken_that_were_off;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|name| name.starts_with("job ") && name.ends_with(" schedule")));
}

#[test]
fn compute_and_pools_that_were_off_and_are_started_are_found() {
    let estate = Estate::generate(1, 240);
    let mut drive = Drive::with(estate.clone(), Settings::default());
    drive.world.mark_loss(drive.now);
    let twins = estate.counterparts();
    let mut planted = 0;
    for (_, primary, standby) in twins.iter().filter(|(kind, _, _)| kind == "warehouse") {
        drive.now += 100;
        let state = drive.get(Primary, &format!("/api/2.0/sql/warehouses/{primary}"));
        planted += usize::from(state["state"] == json!("STOPPED"));
        drive.post(Standby, &format!("/api/2.0/sql/warehouses/{standby}/start"), &Value::Null);
    }
    assert!(planted > 2);
    assert_eq!(drive.world.audit().woken_that_were_off.len(), planted);
}

#[test]
fn a_later_mark_judges_the_way_back() {
    let (mut drive, jobs) = pair();
    drive.world.mark_loss(drive.now);
    drive.wait(MINUTE);
    drive.world.mark_leaving(drive.now, Standby);
    let (primary, _) = jobs[0];
    let mut schedule = drive.job(Primary, primary)["settings"]["schedule"].clone();
    for pause in ["PAUSED", "UNPAUSED"] {
        schedule["pause_status"] = json!(pause);
        drive.update_job(Primary, primary, json!({ "schedule": schedule }));
    }
    assert_eq!(drive.world.audit().woken_that_were_off, ["job job-0000 schedule"]);
}

#[test]
fn an_export_holds_every_resource_and_changes_when_one_is_changed() {
    let (mut drive, jobs) = pair();
    let before = drive.world.export(Standby);
    let count = |value: &Value| {
        value.as_object().into_iter().flatten().map(|(_, all)| all.as_array().map_or(0, Vec::len)).sum::<usize>()
    };
    assert_eq!(count(&before), 240);
    assert_eq!(before, drive.world.export(Standby));
    wake(&mut drive, jobs[0].1);
    assert_ne!(before, drive.world.export(Standby));
}
