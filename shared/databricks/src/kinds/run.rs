//! Lists and fences runs that are not over [docs: jobs/listruns, jobs/cancelrun; py-sdk: service/jobs.py].
//!
//! A one-time run has no saved job that could be fenced, so it is a resource of its own. A run of a saved job
//! is listed here, too, so that a sweep finds every run, whatever started it. It is not recorded, because it
//! belongs to its job.
//!
//! Quirk: `active_only` includes neither BLOCKED nor WAITING_FOR_RETRY. So a second listing without it covers
//! a recent window, and the state of each run is judged here.
//! Quirk: a cancel is asynchronous and keeps no new run from starting.

use std::collections::BTreeMap;

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, ResourceKey, Startable};
use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{id, kept, observed, resource, text};
use super::{Api, Kind, names, verdicts};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{RUNS_CANCEL, RUNS_GET, RUNS_LIST};
use crate::listing::Shape;

const NAME: &str = "run";
/// A page must stay below 25 [docs: jobs/listruns].
const PAGE: u32 = 24;
/// How far back runs are searched that are neither active nor over. A run waits for its retry for the time in
/// the settings of its task, usually minutes. With each hour more, every listing also reads the pages of the
/// runs of that hour.
const RECENT: SignedDuration = SignedDuration::from_hours(6);
const KEPT: &[&str] = &["run_id", "job_id", "run_name", "run_type", "trigger", "start_time", "creator_user_name"];
/// The members of a listed run that are read: those that [`trimmed`] keeps or reads.
const READ: Shape = Shape::Each(&[
    ("run_id", Shape::Whole),
    ("job_id", Shape::Whole),
    ("run_name", Shape::Whole),
    ("run_type", Shape::Whole),
    ("trigger", Shape::Whole),
    ("start_time", Shape::Whole),
    ("creator_user_name", Shape::Whole),
    ("state", Shape::Members(&["life_cycle_state", "result_state"])),
    ("status", Shape::Members(&["state"])),
]);

pub(super) struct Run;

#[async_trait]
impl Kind for Run {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 2_000, page: PAGE, fenced: true, stages: &[] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        live_runs(api, None).await?.into_iter().map(seen).collect()
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        let found = api.one(&Call::to(RUNS_GET).with("run_id", id)).await?;
        found.as_ref().map(trimmed).map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match text(&seen.facts, "state") {
            state if is_over(state) => verdicts::already(state),
            "TERMINATING" => verdicts::wait(format!("run {} is TERMINATING", seen.id)),
            _ => {
                let call = Call::to(RUNS_CANCEL).body(json!({ "run_id": seen.facts.get("run_id") }));
                verdicts::call(NAME, format!("cancel run {}", seen.id), &call)
            }
        }
    }

    fn start(&self, step: &Step, _seen: &Observed, _context: &Context<'_>) -> Next {
        verdicts::unknown(step)
    }

    fn record(&self, seen: &Observed) -> Resource {
        let state = text(&seen.facts, "state");
        let mut resource = resource(seen, state, self.recorded(seen));
        if self.recorded(seen) {
            resource.not_carried = Some(
                "a one-time run has no saved job: whoever submitted it must submit it on the other side".to_owned(),
            );
            // A listing does not show the tasks of a run.
            let kinds = [names::PIPELINE, names::SQL_WAREHOUSE, names::CLUSTER];
            let any = |kind: &str| Startable { kind: kind.to_owned(), id: None };
            resource.can_start = kinds.into_iter().map(any).collect();
        }
        resource
    }

    fn owner(&self, seen: &Observed) -> Option<ResourceKey> {
        Some(ResourceKey::new(names::JOB, id(&seen.facts, "job_id")?))
    }

    fn changed_by(&self, seen: &Observed) -> Option<String> {
        started_by(&seen.facts)
    }

    fn recorded(&self, seen: &Observed) -> bool {
        text(&seen.facts, "run_type") != "JOB_RUN"
    }
}

/// Says who started a run, by what, and when [py-sdk: jobs.BaseRun].
fn started_by(facts: &Value) -> Option<String> {
    let who = facts.get("creator_user_name").and_then(Value::as_str).unwrap_or("somebody unknown");
    let at = facts.get("start_time").and_then(Value::as_i64).and_then(|ms| Timestamp::from_millisecond(ms).ok())?;
    let trigger = facts.get("trigger").and_then(Value::as_str).map_or_else(String::new, |by| format!(" by {by}"));
    Some(format!("started{trigger} for {who} at {at:.0}"))
}

fn seen(facts: Value) -> Result<Observed, Fault> {
    observed(NAME, facts, "run_id", "run_name")
}

/// Every run that is not over, of one job or of all, in the order of their ids.
///
/// # Errors
///
/// The fault of the first request that did not succeed.
pub(super) async fn live_runs(api: &Api<'_>, job: Option<&str>) -> Result<Vec<Value>, Fault> {
    let mut by_id = BTreeMap::new();
    let recent = api.now().checked_sub(RECENT).unwrap_or(api.now()).as_millisecond();
    let active = listing(job).with("active_only", true);
    // The order matters: the second listing shows newer values of a run.
    for call in [active, listing(job).with("start_time_from", recent)] {
        for run in api.each(&call, "runs", READ, |listed| Ok(trimmed(&listed))).await? {
            by_id.insert(id_of(&run)?, run);
        }
    }
    Ok(by_id.into_values().filter(|run| !is_over(text(run, "state"))).collect())
}

/// Every run of a job since `span` ago, over or not.
///
/// # Errors
///
/// The fault of the first request that did not succeed.
pub(super) async fn runs_of(api: &Api<'_>, job: &str, span: SignedDuration) -> Result<Vec<Value>, Fault> {
    let from = api.now().checked_sub(span).unwrap_or(api.now()).as_millisecond();
    let call = listing(Some(job)).with("start_time_from", from);
    api.each(&call, "runs", READ, |listed| Ok(trimmed(&listed))).await
}

fn listing(job: Option<&str>) -> Call {
    let call = Call::to(RUNS_LIST).with("limit", PAGE);
    match job {
        Some(job) => call.with("job_id", job),
        None => call,
    }
}

/// A key by which runs sort by time. Ids grow with time, but as texts they do not sort that way.
fn id_of(run: &Value) -> Result<(usize, String), Fault> {
    let id = id(run, "run_id").ok_or_else(|| Fault::again(codes::NOT_JSON, "a run came without its run_id"))?;
    Ok((id.len(), id))
}

/// The needed members of a run, with its state as one word. This is the older `life_cycle_state` if it is
/// sent, because it shows more, and else `status.state`.
fn trimmed(run: &Value) -> Value {
    let mut facts = kept(run, KEPT);
    let state = run.pointer("/state/life_cycle_state").or_else(|| run.pointer("/status/state"));
    facts.insert("state".to_owned(), state.cloned().unwrap_or_else(|| json!("UNKNOWN")));
    if let Some(result) = run.pointer("/state/result_state") {
        facts.insert("result".to_owned(), result.clone());
    }
    Value::Object(facts)
}

/// Whether the run is over [py-sdk: jobs.RunLifeCycleState, jobs.RunLifecycleStateV2State]. An unknown state
/// counts as not over.
pub(super) fn is_over(state: &str) -> bool {
    matches!(state, "TERMINATED" | "SKIPPED" | "INTERNAL_ERROR")
}
