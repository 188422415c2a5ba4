//! Runs a job once on the target, which must succeed (R31).
//!
//! Settings: `job`, its id or its unique name on the target. The run is made with the step's token, so that
//! every try of the step answers the same run (S7). The run is followed until it is over. If it failed, a
//! person is needed, who may repair it or run the job by hand. Every successful run of that job counts that
//! began after the step's stage was entered, whoever started it.
//! Quirk: a run of a job whose `max_concurrent_runs` is 0 is skipped for good, and its token is used. So
//! nothing is run before the job takes runs [docs: jobs/update].
//! Unverified: how long a token is remembered.
//! Sources: [docs: jobs/runnow, jobs/listruns; py-sdk: service/jobs.py].

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use jiff::Timestamp;
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::env::ActionEnv;
use super::following::{POLL, after_effect, is_out_of_patience, still_changing};
use super::settings;
use super::settings::Id;
use crate::call::Call;
use crate::codes;
use crate::endpoints::{JOBS_GET, JOBS_LIST, JOBS_RUN_NOW, RUNS_GET, RUNS_LIST};
use crate::kinds::Api;
use crate::kinds::facts::{id, text};

const NAME: &str = "canary_job";
/// A page must stay below 25 [docs: jobs/listruns].
const PAGE: u32 = 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    job: Id,
}

pub(super) struct CanaryJob;

#[async_trait]
impl ActionKind<ActionEnv> for CanaryJob {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Validation, reach: Reach::Workspace, class: Class::Tokened }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        settings::read::<Settings>(NAME, settings).map(drop)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        let settings: Settings = settings::of_step(NAME, &attempt.detail.settings)?;
        let job = job(api, &settings.job.0).await?;
        let begun = api.now();
        let mut ours: Option<String> = None;
        loop {
            let looked = look(api, &job, attempt.context.since, ours.as_deref()).await;
            let state = if ours.is_some() { looked.map_err(after_effect)? } else { looked? };
            match state {
                Canary::Succeeded(told) => return Ok(told),
                Canary::UnderWay(told) if is_out_of_patience(api, begun) => return Err(still_changing(told)),
                Canary::UnderWay(_) => api.pause(POLL).await,
                Canary::Failed(fault) => return Err(fault),
                Canary::NotRun => ours = Some(run(api, &job, attempt.context.token).await?),
            }
        }
    }
}

/// The state of the job's runs since the step's stage was entered.
enum Canary {
    Succeeded(String),
    UnderWay(String),
    /// The run of this step is over and did not succeed, and no other run did.
    Failed(Fault),
    /// The run of this step is not known yet.
    NotRun,
}

async fn look(api: &Api<'_>, job: &Value, since: Timestamp, ours: Option<&str>) -> Result<Canary, Fault> {
    let job_id = id(job, "job_id").unwrap_or_default();
    let call = Call::to(RUNS_LIST).with("limit", PAGE).with("job_id", &job_id);
    let runs = api.all(&call.with("start_time_from", since.as_millisecond()), "runs").await?;
    if let Some(run) = runs.iter().find(|run| has_succeeded(run)) {
        return Ok(Canary::Succeeded(format!("{} succeeded", told(run))));
    }
    if let Some(run) = runs.iter().find(|run| !is_over(run)) {
        return Ok(Canary::UnderWay(format!("{} is {}", told(run), state(run))));
    }
    let Some(ours) = ours else { return Ok(Canary::NotRun) };
    // The token was used before the stage was entered, or the listing lags.
    let run = match runs.into_iter().find(|run| id(run, "run_id").as_deref() == Some(ours)) {
        Some(run) => run,
        None => api.call(&Call::to(RUNS_GET).with("run_id", ours)).await?,
    };
    Ok(match (is_over(&run), has_succeeded(&run)) {
        (_, true) => Canary::Succeeded(format!("{} succeeded", told(&run))),
        (false, false) => Canary::UnderWay(format!("{} is {}", told(&run), state(&run))),
        (true, false) => Canary::Failed(failed(&run)),
    })
}

fn failed(run: &Value) -> Fault {
    if state(run) == "SKIPPED" {
        let said = format!("{} was skipped: run the job by hand, which counts", told(run));
        return Fault::person_needed(codes::RUN_SKIPPED, said);
    }
    let said = format!("{} ended as {}: repair it or run the job by hand, which counts", told(run), result(run));
    Fault::person_needed(codes::RUN_FAILED, said)
}

async fn run(api: &Api<'_>, job: &Value, token: &str) -> Result<String, Fault> {
    if job.pointer("/settings/max_concurrent_runs").and_then(Value::as_i64) == Some(0) {
        let name = job.pointer("/settings/name").and_then(Value::as_str).unwrap_or_default();
        return Err(still_changing(format!("job {name:?} takes no run yet")));
    }
    let body = json!({ "job_id": job.get("job_id"), "idempotency_token": token });
    let made = api.call(&Call::to(JOBS_RUN_NOW).body(body)).await?;
    id(&made, "run_id").ok_or_else(|| Fault::verify_first(codes::NOT_JSON, "jobs/run-now answered without a run_id"))
}

/// The job with this id, or the only job with this name. A name of digits only is taken for an id.
pub(crate) async fn job(api: &Api<'_>, named: &str) -> Result<Value, Fault> {
    if named.chars().all(|c| c.is_ascii_digit()) {
        return api.call(&Call::to(JOBS_GET).with("job_id", named)).await;
    }
    // The filter ignores case [docs: jobs/list].
    let listed = api.all(&Call::to(JOBS_LIST).with("limit", 100).with("name", named), "jobs").await?;
    let mut found =
        listed.into_iter().filter(|job| job.pointer("/settings/name").and_then(Value::as_str) == Some(named));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            let said = format!("there is no job {named:?} here: deploy it, or correct the setting");
            Err(Fault::person_needed(codes::NOT_FOUND, said))
        }
        (Some(_), Some(_)) => {
            let said = format!("several jobs are named {named:?}: name the id of one");
            Err(Fault::person_needed(engine::codes::AMBIGUOUS_MATCH, said))
        }
    }
}

fn told(run: &Value) -> String {
    let id = id(run, "run_id").unwrap_or_default();
    match text(run, "run_page_url") {
        "" => format!("run {id}"),
        page => format!("run {id} ({page})"),
    }
}

/// The older `life_cycle_state` if it is sent, because it shows more, and else `status.state`.
pub(crate) fn state(run: &Value) -> &str {
    let state = run.pointer("/state/life_cycle_state").or_else(|| run.pointer("/status/state"));
    state.and_then(Value::as_str).unwrap_or("UNKNOWN")
}

/// The older `result_state` if it is sent, and else the code of the termination.
pub(crate) fn result(run: &Value) -> &str {
    let result = run.pointer("/state/result_state").or_else(|| run.pointer("/status/termination_details/code"));
    result.and_then(Value::as_str).unwrap_or("UNKNOWN")
}

/// Whether the run has ended for good.
pub(crate) fn is_over(run: &Value) -> bool {
    matches!(state(run), "TERMINATED" | "SKIPPED" | "INTERNAL_ERROR")
}

/// Whether the run is over and succeeded.
pub(crate) fn has_succeeded(run: &Value) -> bool {
    state(run) == "TERMINATED" && result(run) == "SUCCESS"
}
