//! Reads and switches the triggers that start a job by itself: `schedule`, `trigger`, `continuous`, and the
//! newer list `triggers`.
//!
//! Law: an update replaces each top-level field as a whole and knows no nested partial fields
//! [docs: jobs/update]. So the whole object is sent back as it was read, and only its `pause_status` is
//! changed. Must not know: requests, runs.
//!
//! Unverified: how an update merges the list `triggers`, whose entries have no key. It is sent whole, and
//! only the next read shows the result.

use serde_json::{Map, Value, json};

use super::facts::{items, text};

const OBJECTS: [&str; 3] = ["schedule", "trigger", "continuous"];
const LIST: &str = "triggers";

/// An absent `pause_status` means UNPAUSED [py-sdk: jobs.CronSchedule, jobs.TriggerConfiguration].
pub(super) fn is_on(trigger: &Value) -> bool {
    text(trigger, "pause_status") != "PAUSED"
}

pub(super) fn present<'a>(settings: &'a Value, name: &str) -> Option<&'a Value> {
    settings.get(name).filter(|object| object.is_object())
}

pub(super) fn with_status(trigger: &Value, on: bool) -> Value {
    let mut changed = trigger.clone();
    if let Some(object) = changed.as_object_mut() {
        object.insert("pause_status".to_owned(), json!(if on { "UNPAUSED" } else { "PAUSED" }));
    }
    changed
}

/// The fields of an update that pauses everything that is on; empty if all is paused.
pub(super) fn pausing(settings: &Value) -> Map<String, Value> {
    let mut fields = Map::new();
    for name in OBJECTS {
        if let Some(object) = present(settings, name).filter(|object| is_on(object)) {
            fields.insert(name.to_owned(), with_status(object, false));
        }
    }
    if items(settings, LIST).iter().any(is_on) {
        let paused = items(settings, LIST).iter().map(|entry| with_status(entry, false)).collect();
        fields.insert(LIST.to_owned(), Value::Array(paused));
    }
    fields
}

/// The triggers that are on, e.g. `{"schedule":true}` or `{"triggers":[true,false]}`; `None` if none is.
pub(super) fn switched_on(settings: &Value) -> Option<Value> {
    let mut which = Map::new();
    for name in OBJECTS {
        if present(settings, name).is_some_and(is_on) {
            which.insert(name.to_owned(), json!(true));
        }
    }
    let entries: Vec<bool> = items(settings, LIST).iter().map(is_on).collect();
    if entries.contains(&true) {
        which.insert(LIST.to_owned(), json!(entries));
    }
    (!which.is_empty()).then_some(Value::Object(which))
}

/// The fields of an update that switches on exactly the triggers that `which` names, as these settings have
/// them; empty if they are on.
///
/// # Errors
///
/// The part that these settings lack, in words.
pub(super) fn activating(settings: &Value, which: &Value) -> Result<Map<String, Value>, String> {
    let mut fields = Map::new();
    for name in OBJECTS.into_iter().filter(|name| which.get(*name) == Some(&json!(true))) {
        let object = present(settings, name).ok_or_else(|| format!("it has no {name}"))?;
        if !is_on(object) {
            fields.insert(name.to_owned(), with_status(object, true));
        }
    }
    let wanted = items(which, LIST);
    let entries = items(settings, LIST);
    if wanted.len() != entries.len() && !wanted.is_empty() {
        return Err(format!("it has {} triggers where the other side has {}", entries.len(), wanted.len()));
    }
    let pairs = || entries.iter().zip(wanted).map(|(entry, on)| (entry, on == &json!(true)));
    if pairs().any(|(entry, on)| on && !is_on(entry)) {
        let changed = pairs().map(|(entry, on)| if on { with_status(entry, true) } else { entry.clone() });
        fields.insert(LIST.to_owned(), changed.collect());
    }
    Ok(fields)
}

/// Whether the job starts its next run by itself as soon as one is over.
pub(super) fn is_continuous(settings: &Value) -> bool {
    let listed = items(settings, LIST).iter().any(|entry| is_on(entry) && entry.get("continuous").is_some());
    listed || present(settings, "continuous").is_some_and(is_on)
}

/// Whether jobs of another workspace start it: a `job_completion` trigger names another workspace.
pub(super) fn is_started_from_elsewhere(settings: &Value) -> bool {
    let names_one = |trigger: &Value| {
        let jobs = trigger.pointer("/job_completion/jobs").and_then(Value::as_array);
        jobs.is_some_and(|jobs| jobs.iter().any(|job| job.get("workspace_id").is_some_and(|id| !id.is_null())))
    };
    items(settings, LIST).iter().any(names_one) || present(settings, "trigger").is_some_and(names_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pausing_sends_whole_objects_as_read() {
        let cron =
            json!({ "quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC", "sql_condition": { "q": 1 } });
        let fields = pausing(&json!({ "schedule": cron, "trigger": { "pause_status": "PAUSED" } }));
        let mut expected = cron;
        expected["pause_status"] = json!("PAUSED");
        assert_eq!(Value::Object(fields), json!({ "schedule": expected }));
    }

    #[test]
    fn the_list_is_paused_and_restored_entry_by_entry() {
        let on = json!({ "periodic": { "interval": 1 }, "pause_status": "UNPAUSED" });
        let off = json!({ "continuous": {}, "pause_status": "PAUSED" });
        let settings = json!({ "triggers": [on, off] });
        let paused = Value::Object(pausing(&settings));
        assert!(pausing(&paused).is_empty());
        let which = switched_on(&settings).unwrap();
        assert_eq!(which, json!({ "triggers": [true, false] }));
        assert_eq!(Value::Object(activating(&paused, &which).unwrap()), settings);
        assert!(activating(&settings, &which).unwrap().is_empty());
    }

    #[test]
    fn what_was_paused_on_purpose_is_not_switched_on_s15() {
        assert_eq!(switched_on(&json!({ "schedule": { "pause_status": "PAUSED" }, "continuous": null })), None);
        let target = json!({ "schedule": { "pause_status": "PAUSED" }, "trigger": { "pause_status": "PAUSED" } });
        let fields = activating(&target, &json!({ "trigger": true })).unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["trigger"]);
    }

    #[test]
    fn what_the_target_lacks_is_said() {
        assert!(activating(&json!({}), &json!({ "schedule": true })).is_err());
        assert!(activating(&json!({ "triggers": [{}] }), &json!({ "triggers": [true, true] })).is_err());
    }

    #[test]
    fn no_pause_status_means_on() {
        assert_eq!(switched_on(&json!({ "continuous": {} })), Some(json!({ "continuous": true })));
        assert!(is_continuous(&json!({ "continuous": {} })));
        assert!(!is_continuous(&json!({ "continuous": { "pause_status": "PAUSED" } })));
    }

    #[test]
    fn a_job_that_another_workspace_starts_is_told() {
        let trigger = |jobs: Value| json!({ "trigger": { "job_completion": { "jobs": jobs } } });
        assert!(is_started_from_elsewhere(&trigger(json!([{ "workspace_id": 7, "job_id": 1 }]))));
        assert!(!is_started_from_elsewhere(&trigger(json!([{ "job_id": 1 }]))));
    }
}
