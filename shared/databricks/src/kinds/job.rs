//! Lists, fences and starts saved jobs, with their triggers and their runs
//! [docs: jobs; py-sdk: service/jobs.py].
//!
//! The fence is `max_concurrent_runs: 0`, which skips every new run [docs: jobs/update]. It also stops
//! run-now and the tasks of other jobs. A pause does not stop those. The job is paused as well, so that
//! nothing starts by itself when the limit is set back. The order is: block new runs, then cancel.
//!
//! Quirk: an update ignores members that it does not know and still answers 200
//! [github.com/databricks/databricks-cli #616], and no version guards a change. So each change is read back.
//! Unverified: whether `max_concurrent_runs: 0` also keeps a job with a queue from queuing. The queue is
//! emptied with the runs, and the next read shows the result.

use std::collections::BTreeMap;

use async_trait::async_trait;
use engine::ports::{ApiCall, Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Map, Value, json};

use super::facts::{id, number, text};
use super::job_facts::{LIMIT, READ, get, is_read_only, limit, seen, settings};
use super::{Api, Kind, job_assumed, job_record, names, run, triggers, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{JOBS_LIST, JOBS_UPDATE, RUNS_CANCEL_ALL};

const NAME: &str = names::JOB;
/// The page size of a listing [docs: jobs/list].
const PAGE: u32 = 100;
pub(super) struct Job;

#[async_trait]
impl Kind for Job {
    fn info(&self) -> KindInfo {
        let stages = &[StartStage::Jobs, StartStage::Schedules];
        KindInfo { name: NAME, poll_ms: 2_000, page: PAGE, fenced: true, stages }
    }

    async fn list(&self, api: &Api<'_>, read_purpose: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let mut call = Call::to(JOBS_LIST).with("limit", PAGE);
        if read_purpose != ReadPurpose::Start {
            // The findings of a checkpoint need the tasks. The first 100 of a job are enough.
            call = call.with("expand_tasks", true);
        }
        let mut listed = api.each(&call, "jobs", READ, |job| seen(&job, None)).await?;
        if read_purpose == ReadPurpose::Start {
            return Ok(listed);
        }
        let mut runs: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for run in run::live_runs(api, None).await? {
            runs.entry(id(&run, "job_id").unwrap_or_default()).or_default().push(run);
        }
        for job in &mut listed {
            let own = runs.remove(&job.id).unwrap_or_default();
            if let Some(facts) = job.facts.as_object_mut() {
                facts.insert("runs".to_owned(), Value::Array(own));
            }
        }
        Ok(listed)
    }

    async fn look(&self, api: &Api<'_>, id: &str, read_purpose: ReadPurpose) -> Result<Option<Observed>, Fault> {
        let Some(job) = get(api, id).await? else { return Ok(None) };
        let runs = match read_purpose {
            ReadPurpose::Record | ReadPurpose::Fence => Some(run::live_runs(api, Some(id)).await?),
            ReadPurpose::Start => None,
        };
        seen(&job, runs).map(Some)
    }

    fn fence(&self, seen: &Observed) -> Next {
        let mut fields = triggers::pausing(settings(seen));
        if limit(settings(seen)) != 0 {
            fields.insert(LIMIT.to_owned(), json!(0));
        }
        if !fields.is_empty() {
            fields.insert(LIMIT.to_owned(), json!(0));
            return update(seen, "pause and block", fields);
        }
        let Some(runs) = seen.facts.get("runs").and_then(Value::as_array) else {
            return verdicts::wait(format!("the runs of job {} were not looked at", seen.id));
        };
        if runs.is_empty() {
            return verdicts::already("paused, takes no new run, has no run");
        }
        cancel(seen, runs)
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        match step.want.as_str() {
            want::RUNNABLE => match number(&step.detail, LIMIT).filter(|limit| *limit > 0) {
                Some(wanted) if limit(settings(seen)) == wanted => {
                    verdicts::already(format!("takes {wanted} runs at once"))
                }
                Some(wanted) => {
                    let fields = Map::from_iter([(LIMIT.to_owned(), json!(wanted))]);
                    update(seen, "let runs into", fields)
                }
                None => verdicts::unknown(step),
            },
            want::ACTIVATED => match step.detail.get("which").filter(|which| which.is_object()) {
                Some(which) => activate(seen, which),
                None => verdicts::unknown(step),
            },
            _ => verdicts::unknown(step),
        }
    }

    fn assume(&self, seen: &Observed, api_call: &ApiCall) -> Option<Observed> {
        job_assumed::assume(seen, api_call)
    }

    fn record(&self, seen: &Observed) -> Resource {
        job_record::record(seen)
    }

    /// The API of a job does not name the editor. For a deployment it shows the kind
    /// [py-sdk: jobs.JobDeployment].
    fn changed_by(&self, seen: &Observed) -> Option<String> {
        match settings(seen).pointer("/deployment/kind").and_then(Value::as_str)? {
            "BUNDLE" => Some("it is deployed by a bundle, whose deployments un-pause it".to_owned()),
            other => Some(format!("it is deployed by {other}")),
        }
    }
}

/// Cancels the queued runs and the others with one call each. The documentation does not say whether
/// `all_queued_runs` widens a cancel or narrows it to the queued runs [docs: jobs/cancelallruns].
fn cancel(seen: &Observed, runs: &[Value]) -> Next {
    let (queued, others): (Vec<&Value>, Vec<&Value>) = runs.iter().partition(|run| text(run, "state") == "QUEUED");
    let mut api_calls = Vec::new();
    if others.iter().any(|run| text(run, "state") != "TERMINATING") {
        let call = Call::to(RUNS_CANCEL_ALL).body(json!({ "job_id": seen.facts.get("job_id") }));
        api_calls.push(verdicts::one_act(NAME, format!("cancel the runs of job {}", seen.id), &call));
    }
    if !queued.is_empty() {
        let body = json!({ "job_id": seen.facts.get("job_id"), "all_queued_runs": true });
        let call = Call::to(RUNS_CANCEL_ALL).body(body);
        api_calls.push(verdicts::one_act(NAME, format!("cancel the queued runs of job {}", seen.id), &call));
    }
    if api_calls.is_empty() {
        return verdicts::wait(format!("{} runs of job {} are TERMINATING", runs.len(), seen.id));
    }
    Next::Call(api_calls)
}

fn activate(seen: &Observed, which: &Value) -> Next {
    match triggers::activating(settings(seen), which) {
        Ok(fields) if fields.is_empty() => verdicts::already("on, as it was"),
        Ok(fields) => update(seen, "activate", fields),
        Err(lacks) => {
            let said = format!("job {:?} ({}) cannot be activated: {lacks}; deploy it, then retry", seen.name, seen.id);
            Next::Blocked(Fault::person_needed(codes::NOTHING_TO_ACTIVATE, said))
        }
    }
}

fn update(seen: &Observed, verb: &str, fields: Map<String, Value>) -> Next {
    if is_read_only(settings(seen)) {
        let said = format!(
            "job {:?} ({}) is managed by Databricks and read-only: change it where it comes from",
            seen.name, seen.id
        );
        return Next::Blocked(Fault::person_needed(codes::READ_ONLY, said));
    }
    let body = json!({ "job_id": seen.facts.get("job_id"), "new_settings": fields });
    verdicts::call(NAME, format!("{verb} job {}", seen.id), &Call::to(JOBS_UPDATE).body(body))
}
