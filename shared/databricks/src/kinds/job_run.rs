//! Makes runs on a target: a job is run once because its run was interrupted [docs: jobs/runnow].
//!
//! The resource of such a step is the job on the target. Exactly one run exists for a token. So the call may
//! be made again after any doubt, and it answers the same run.
//! Quirk: no read shows the token of a run. Only the answer of the call names the run. A read then shows that
//! the run exists.
//! Quirk: a run of a job whose `max_concurrent_runs` is 0 is skipped for good, and its token is used.
//! Unverified: how long a token is remembered.

use async_trait::async_trait;
use engine::ports::{ApiCall, Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use jiff::SignedDuration;
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{id, items, resource, text};
use super::{Api, Kind, job_assumed, job_facts, names, run, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::JOBS_RUN_NOW;

const NAME: &str = names::JOB_RUN;
/// How far back the run is searched: as long as a saga may have been held between the call and its
/// verification. The target was idle, so such a listing is short.
const SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) struct JobRun;

#[async_trait]
impl Kind for JobRun {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 2_000, page: 1, fenced: false, stages: &[StartStage::Jobs] }
    }

    /// Nothing of this kind exists before it is made.
    async fn list(&self, _api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        Ok(Vec::new())
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        let Some(job) = job_facts::get(api, id).await? else { return Ok(None) };
        let blocked = job_facts::limit(job.get("settings").unwrap_or(&Value::Null)) == 0;
        let runs = if blocked { Vec::new() } else { run::runs_of(api, id, SPAN).await? };
        let seen = job_facts::seen(&job, Some(runs))?;
        Ok(Some(Observed { kind: NAME, ..seen }))
    }

    fn fence(&self, _seen: &Observed) -> Next {
        verdicts::already("nothing of this kind is by itself")
    }

    fn start(&self, step: &Step, seen: &Observed, context: &Context<'_>) -> Next {
        if step.want != want::RAN_ONCE {
            return verdicts::unknown(step);
        }
        if job_facts::limit(job_facts::settings(seen)) == 0 {
            // The job was read back as taking runs before this step began, or a person decided to go on
            // without that.
            if context.tries > 0 {
                let said = format!(
                    "job {:?} takes no run: raise its max_concurrent_runs, or waive the step to go on without the run",
                    seen.name
                );
                return Next::Blocked(Fault::person_needed(codes::JOB_TAKES_NO_RUN, said));
            }
            return verdicts::wait(format!("job {} takes no run yet", seen.id));
        }
        match context.reply.and_then(|reply| reply.made.as_deref()) {
            Some(made) => read_back(seen, made),
            None => {
                let body = json!({ "job_id": seen.facts.get("job_id"), "idempotency_token": context.token });
                verdicts::call(NAME, format!("run job {}", seen.id), &Call::to(JOBS_RUN_NOW).body(body))
            }
        }
    }

    /// A step of its own makes the job take runs, if it takes none yet.
    fn assume(&self, seen: &Observed, api_call: &ApiCall) -> Option<Observed> {
        job_assumed::assume(seen, api_call)
    }

    fn record(&self, seen: &Observed) -> Resource {
        resource(seen, "to be made", false)
    }
}

fn read_back(seen: &Observed, made: &str) -> Next {
    let found = items(&seen.facts, "runs").iter().find(|run| id(run, "run_id").as_deref() == Some(made));
    match found.map(|run| (text(run, "state"), text(run, "result"))) {
        None => verdicts::wait(format!("run {made} is not listed yet")),
        Some(("SKIPPED", _)) => {
            let said =
                format!("run {made} of job {:?} was skipped: run the job by hand, then waive the step", seen.name);
            Next::Blocked(Fault::person_needed(codes::RUN_SKIPPED, said))
        }
        Some((state, "")) => verdicts::already(format!("run {made} is {state}")),
        Some((state, result)) => verdicts::already(format!("run {made} is {state}: {result}")),
    }
}
