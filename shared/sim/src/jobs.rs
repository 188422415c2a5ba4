//! Defines saved jobs, and how they are listed and read.
//!
//! Law: `settings` is kept and shown as the caller gave it, with the defaults that the service
//! fills in. The hidden `work` key is never shown.
//! Must not know: how a run goes on.
//!
//! Sources: [docs: jobs/list, jobs/get; py-sdk: service/jobs.py]. A listing is newest first. `limit` is 1 to 100,
//! by default 20. Tasks are shown only with `expand_tasks`. API 2.2 sends no root `has_more`. An offset above
//! 1000 is refused. `jobs/get` pages arrays of more than 100 elements in 2.2, and cuts them silently in 2.1.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value, json};

use crate::{
    json::{items, listing, number, set},
    kept::{Kept, Shape},
    refusal::{Handled, Refusal, Written},
    routes::Call,
    stale::Kind,
    triggers::Starter,
    workspace::Workspace,
};

/// Number of elements of one settings array in one answer [docs: jobs/get].
const ARRAY_PAGE: usize = 100;
/// Distance between two job-run ids. The ids between them are the task runs of the first.
pub(crate) const ARRAY_STRIDE: i64 = 1000;
const PAGED_ARRAYS: [&str; 4] = ["tasks", "job_clusters", "parameters", "environments"];

#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) created_ms: i64,
    /// User name of the creator; absent if that user was removed.
    pub(crate) creator: Option<String>,
    pub(crate) settings: Value,
    /// The key of the logical job, the same on both sides; never in an answer.
    pub(crate) work: String,
    /// Typical duration of a run, ms.
    pub(crate) typical_ms: i64,
    /// Probability from 0 to 1 that an attempt fails.
    pub(crate) flaky: f64,
    pub(crate) generation: u32,
    pub(crate) starters: Vec<Starter>,
    pub(crate) runs: BTreeSet<i64>,
    /// Runs that count toward `max_concurrent_runs`.
    pub(crate) active: BTreeSet<i64>,
    pub(crate) queued: BTreeSet<i64>,
    /// Failures in a row. They lengthen a continuous job's pause.
    pub(crate) failures: u32,
    pub(crate) runs_made: i64,
}

impl Job {
    pub(crate) fn max_concurrent_runs(&self) -> usize {
        let given = number(&self.settings, "max_concurrent_runs").unwrap_or(1);
        usize::try_from(given).unwrap_or(0)
    }

    pub(crate) fn queues(&self) -> bool {
        self.settings.pointer("/queue/enabled").and_then(Value::as_bool).unwrap_or(false)
    }

    pub(crate) fn name(&self) -> &str {
        crate::json::text(&self.settings, "name")
    }

    /// The job as `jobs/get` shows it, with whole arrays.
    pub(crate) fn view(&self) -> Value {
        let mut view = json!({
            "job_id": self.id,
            "created_time": self.created_ms,
            "settings": self.settings,
        });
        if let Some(creator) = &self.creator {
            set(&mut view, "creator_user_name", json!(creator));
            set(&mut view, "run_as_user_name", json!(creator));
        }
        view
    }
}

impl Workspace {
    pub(crate) fn jobs_list(&mut self, call: &Call) -> Written {
        let limit = page_limit(call, 1, 100, 20)?;
        let wanted_name = call.query("name").to_lowercase();
        let (before, mut skip) = list_start(call)?;
        let mut jobs = Vec::new();
        let mut next = None;
        let shape = if call.query_flag("expand_tasks") { Shape::Whole } else { Shape::Brief };
        for (id, job) in self.jobs.range(..before).rev() {
            let Some(text) = self.listed_job(*id, job, &wanted_name, shape) else { continue };
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if jobs.len() == limit {
                next = Some(*id + 1);
                break;
            }
            jobs.push(text);
        }
        let mut beside = Vec::new();
        if let Some(before) = next {
            beside.push(("next_page_token", json!(token(before))));
        }
        if call.version != "2.2" {
            beside.push(("has_more", json!(next.is_some())));
        }
        Ok(listing("jobs", (!jobs.is_empty()).then_some(&jobs), &beside))
    }

    /// A job as a listing writes it; `None` if the listing leaves it out.
    fn listed_job<'a>(&self, id: i64, job: &'a Kept<Job>, wanted_name: &str, shape: Shape) -> Option<Cow<'a, str>> {
        let key = id.to_string();
        if !self.visible(&key) {
            return None;
        }
        let is_named = |name: &str| wanted_name.is_empty() || name.to_lowercase() == wanted_name;
        match self.stale_view(Kind::Job, &key) {
            Some(earlier) => {
                let view = earlier?;
                let name = crate::json::text(view.get("settings")?, "name");
                is_named(name).then(|| Cow::Owned(in_listing(view, shape).to_string()))
            }
            None if !job.settings.is_object() => None,
            None => is_named(job.name()).then(|| Cow::Borrowed(job.text(shape, |job| in_listing(job.view(), shape)))),
        }
    }

    pub(crate) fn jobs_get(&mut self, call: &Call) -> Handled {
        let id = call.query_number("job_id");
        let id = id.ok_or_else(|| Refusal::invalid("Job id is required."))?;
        self.may_see_job(id)?;
        let mut view = self.shown(Kind::Job, &id.to_string()).ok_or_else(|| no_job(id))?;
        let from = match call.query("page_token") {
            "" => 0,
            given => usize::try_from(read_token(given)?).unwrap_or(0),
        };
        let settings = view.get_mut("settings").and_then(Value::as_object_mut);
        let more = settings.is_some_and(|object| cut_arrays(object, from));
        if more && call.version == "2.2" {
            let next = i64::try_from(from + ARRAY_PAGE).unwrap_or(i64::MAX);
            set(&mut view, "next_page_token", json!(token(next)));
        }
        if call.query_flag("include_trigger_state") {
            self.add_trigger_state(id, &mut view);
        }
        Ok(view)
    }

    /// Checks the permission. The service does this before it checks the existence [cli: libs/testserver/jobs.go].
    pub(crate) fn may_see_job(&self, id: i64) -> Result<(), Refusal> {
        if self.visible(&id.to_string()) {
            return Ok(());
        }
        let user = crate::wire::USER_NAME;
        Err(Refusal::forbidden(format!(
            "User {user} does not have View or Admin or Manage Run or Owner permissions on job {id}"
        )))
    }

    fn add_trigger_state(&self, id: i64, view: &mut Value) {
        let Some(job) = self.jobs.get(&id) else { return };
        let state = |settings: &Value| {
            let pause = settings.get("pause_status").cloned().unwrap_or(json!("UNPAUSED"));
            json!({ "pause_status": pause })
        };
        let entries = items(&job.settings, "triggers");
        if !entries.is_empty() {
            let details: Vec<Value> = entries.iter().map(state).collect();
            set(view, "trigger_details", Value::Array(details));
        }
        for key in ["trigger", "continuous"] {
            if let Some(settings) = job.settings.get(key) {
                set(view, "trigger_state", state(settings));
            }
        }
    }
}

/// A job's view as a listing shows it.
fn in_listing(mut view: Value, shape: Shape) -> Value {
    let Some(settings) = view.get_mut("settings").and_then(Value::as_object_mut) else { return view };
    match shape {
        Shape::Brief => {
            settings.remove("tasks");
            settings.remove("job_clusters");
        }
        Shape::Whole => {
            if cut_arrays(settings, 0) {
                set(&mut view, "has_more", json!(true));
            }
        }
    }
    view
}

/// Cuts the long arrays down to the page that starts at `from`. True if elements come after it.
fn cut_arrays(settings: &mut Map<String, Value>, from: usize) -> bool {
    let mut more = false;
    for key in PAGED_ARRAYS {
        if let Some(Value::Array(elements)) = settings.get_mut(key) {
            more |= elements.len() > from + ARRAY_PAGE;
            *elements = elements.iter().skip(from).take(ARRAY_PAGE).cloned().collect();
        }
    }
    more
}

pub(crate) fn no_job(id: i64) -> Refusal {
    Refusal::invalid(format!("Job {id} does not exist."))
}

/// The start of a newest-first listing: all ids are below the first number, and the second is the
/// number of jobs to skip.
fn list_start(call: &Call) -> Result<(i64, usize), Refusal> {
    let before = match call.query("page_token") {
        "" => i64::MAX,
        given => read_token(given)?,
    };
    let offset = call.query_number("offset").unwrap_or(0);
    if offset > 1000 {
        return Err(Refusal::invalid(format!(
            "The supplied offset {offset} has exceeded the value of 1000. Use page_token instead."
        )));
    }
    Ok((before, usize::try_from(offset).unwrap_or(0)))
}

/// Reads `limit`, which must lie between `least` and `most`.
pub(crate) fn page_limit(call: &Call, least: i64, most: i64, usual: i64) -> Result<usize, Refusal> {
    let text = call.query("limit");
    let given = if text.is_empty() { Some(usual) } else { text.parse().ok() };
    match given {
        Some(limit) if (least..=most).contains(&limit) => Ok(usize::try_from(limit).unwrap_or(1)),
        _ => Err(Refusal::invalid(format!("The limit must be between {least} and {most}."))),
    }
}

/// A page token. It is opaque to callers, and holds the number at which the next page begins.
pub(crate) fn token(next: i64) -> String {
    format!("CAEo{next:x}")
}

pub(crate) fn read_token(given: &str) -> Result<i64, Refusal> {
    let number = given.strip_prefix("CAEo").and_then(|hex| i64::from_str_radix(hex, 16).ok());
    number.ok_or_else(|| Refusal::invalid("Invalid page token."))
}

/// The old elements merged by `key` with the elements that an update brings, e.g. tasks by `task_key`.
pub(crate) fn merge_by_key(old: &[Value], new: &[Value], key: &str) -> Vec<Value> {
    let brought: BTreeMap<&str, &Value> = new.iter().map(|value| (crate::json::text(value, key), value)).collect();
    let known: BTreeSet<&str> = old.iter().map(|value| crate::json::text(value, key)).collect();
    let kept = old.iter().map(|value| (*brought.get(crate::json::text(value, key)).unwrap_or(&value)).clone());
    let added = new.iter().filter(|value| !known.contains(crate::json::text(value, key)));
    kept.chain(added.cloned()).collect()
}
