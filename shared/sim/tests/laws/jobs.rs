//! Tests saved jobs: their listing, and the quirks of changing them.

use serde_json::{Value, json};
use sim::Side::{Primary, Standby};

use crate::drive::Drive;

const SCHEDULE: &str = "0 0/15 * * * ?";

fn schedule(pause: &str) -> Value {
    json!({ "quartz_cron_expression": SCHEDULE, "timezone_id": "UTC", "pause_status": pause })
}

#[test]
fn pages_of_any_size_give_the_same_jobs_newest_first() {
    let mut drive = Drive::usual(1);
    let small = drive.pages(Primary, "/api/2.2/jobs/list?limit=7", "jobs");
    let large = drive.pages(Primary, "/api/2.2/jobs/list?limit=100", "jobs");
    assert_eq!(small, large);
    let created: Vec<i64> = large.iter().map(|job| job["created_time"].as_i64().expect("a time")).collect();
    assert!(created.len() > 150 && created.is_sorted_by(|left, right| left >= right));
    let twenty = drive.get(Primary, "/api/2.2/jobs/list");
    assert_eq!(twenty["jobs"].as_array().map(Vec::len), Some(20));
}

#[test]
fn only_versions_before_two_dot_two_say_has_more() {
    let mut drive = Drive::usual(1);
    assert!(drive.get(Primary, "/api/2.2/jobs/list").get("has_more").is_none());
    assert_eq!(drive.get(Primary, "/api/2.1/jobs/list")["has_more"], json!(true));
    assert!(drive.get(Primary, "/api/2.2/jobs/runs/list").get("has_more").is_none());
}

#[test]
fn an_offset_above_a_thousand_is_refused() {
    let mut drive = Drive::small();
    let refused = drive.refused(Primary, "GET", "/api/2.2/jobs/list?offset=1001", &Value::Null);
    assert_eq!((refused.0, refused.1.as_str()), (400, "INVALID_PARAMETER_VALUE"));
}

#[test]
fn a_limit_outside_its_range_is_refused() {
    let mut drive = Drive::small();
    for path in ["jobs/list?limit=0", "jobs/list?limit=101", "jobs/runs/list?limit=25"] {
        let refused = drive.refused(Primary, "GET", &format!("/api/2.2/{path}"), &Value::Null);
        assert_eq!(refused.0, 400, "{path}");
    }
}

#[test]
fn a_missing_job_is_a_bad_request_that_says_so() {
    let mut drive = Drive::small();
    let refused = drive.refused(Primary, "GET", "/api/2.2/jobs/get?job_id=5", &Value::Null);
    let expected = (400, "INVALID_PARAMETER_VALUE".to_owned(), "Job 5 does not exist.".to_owned());
    assert_eq!(refused, expected);
}

#[test]
fn an_update_replaces_a_top_level_member_as_a_whole() {
    let mut drive = Drive::small();
    let mut with_condition = schedule("UNPAUSED");
    with_condition["sql_condition"] = json!({ "sql": "select 1" });
    let id = drive.make_job(json!({ "name": "a", "schedule": with_condition }));
    drive.update_job(Primary, id, json!({ "schedule": schedule("PAUSED") }));
    let settings = drive.job(Primary, id)["settings"].clone();
    assert_eq!(settings["schedule"], schedule("PAUSED"), "what was left out is gone");
    assert_eq!(settings["name"], json!("a"));
}

#[test]
fn an_incomplete_schedule_is_refused_and_changes_nothing() {
    let mut drive = Drive::small();
    let id = drive.make_job(json!({ "schedule": schedule("UNPAUSED") }));
    let before = drive.job(Primary, id);
    let body = json!({ "job_id": id, "new_settings": { "schedule": { "pause_status": "PAUSED" } } });
    assert_eq!(drive.refused(Primary, "POST", "/api/2.2/jobs/update", &body).0, 400);
    assert_eq!(drive.job(Primary, id), before);
}

#[test]
fn a_whole_job_in_the_place_of_settings_answers_well_and_changes_nothing() {
    let mut drive = Drive::small();
    let id = drive.make_job(json!({ "schedule": schedule("UNPAUSED") }));
    let before = drive.job(Primary, id);
    let whole = json!({ "job_id": id, "settings": { "schedule": schedule("PAUSED") } });
    drive.update_job(Primary, id, whole);
    assert_eq!(drive.job(Primary, id), before);
}

#[test]
fn a_reset_replaces_everything_but_an_earlier_run_as() {
    let mut drive = Drive::small();
    let run_as = json!({ "service_principal_name": "x" });
    let id = drive.make_job(json!({ "name": "a", "description": "d", "run_as": run_as }));
    let body = json!({ "job_id": id, "new_settings": { "name": "b" } });
    drive.post(Primary, "/api/2.2/jobs/reset", &body);
    let settings = drive.job(Primary, id)["settings"].clone();
    assert_eq!((&settings["name"], &settings["run_as"]), (&json!("b"), &run_as));
    assert!(settings.get("description").is_none() && settings.get("tasks").is_none());
}

#[test]
fn several_triggers_show_their_pause_status_and_exclude_the_older_members() {
    let mut drive = Drive::small();
    let entry = json!({ "periodic": { "interval": 1, "unit": "HOURS" } });
    let id = drive.make_job(json!({ "triggers": [entry] }));
    let settings = drive.job(Primary, id)["settings"].clone();
    assert_eq!(settings["triggers"][0]["pause_status"], json!("UNPAUSED"));
    let both = json!({ "job_id": id, "new_settings": { "schedule": schedule("PAUSED") } });
    assert_eq!(drive.refused(Primary, "POST", "/api/2.2/jobs/update", &both).0, 400);
    let path = format!("/api/2.2/jobs/get?job_id={id}&include_trigger_state=true");
    assert_eq!(drive.get(Primary, &path)["trigger_details"].as_array().map(Vec::len), Some(1));
}

#[test]
fn more_than_a_hundred_tasks_are_paged_in_two_two_and_cut_in_two_one() {
    let mut drive = Drive::small();
    let tasks: Vec<Value> = (0..130).map(|n| json!({ "task_key": format!("t{n}") })).collect();
    let id = drive.make_job(json!({ "tasks": tasks }));
    let count = |job: &Value| job["settings"]["tasks"].as_array().map_or(0, Vec::len);
    let first = drive.job(Primary, id);
    let token = first["next_page_token"].as_str().expect("a second page").to_owned();
    let second = drive.get(Primary, &format!("/api/2.2/jobs/get?job_id={id}&page_token={token}"));
    assert_eq!((count(&first), count(&second)), (100, 30));
    assert!(second.get("next_page_token").is_none());
    let old = drive.get(Primary, &format!("/api/2.1/jobs/get?job_id={id}"));
    assert_eq!(count(&old), 100);
    assert!(old.get("next_page_token").is_none(), "cut in silence");
}

#[test]
fn the_hidden_work_key_is_in_no_answer() {
    let mut drive = Drive::usual(1);
    for side in [Primary, Standby] {
        let jobs = drive.pages(side, "/api/2.2/jobs/list?limit=100&expand_tasks=true", "jobs");
        assert!(jobs.iter().all(|job| job.get("work").is_none()));
        let said = serde_json::to_string(&jobs).expect("text");
        assert!(!said.contains("\"job-0"), "a work key is shown");
    }
}
