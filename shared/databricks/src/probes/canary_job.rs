//! Reads when a named job last succeeded, and how long that run took. It runs nothing.
//!
//! Settings: `job` (id or unique name) and `within_minutes`, the greatest age of a success. If the job of a
//! side is paused or has no run, the reading is unknown: the canary of the side that does not work is quiet.
//! Quirk: only the newest page of runs since then is read, which is 24 runs. Runs are listed by their start,
//! the newest first [docs: jobs/listruns].

use async_trait::async_trait;
use engine::ports::{Depth, ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::{Origin, Reading};
use jiff::SignedDuration;
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::env::ProbeEnv;
use super::settings;
use crate::actions::canary_job::{has_succeeded, is_over, job};
use crate::actions::settings::Id;
use crate::call::Call;
use crate::endpoints::RUNS_LIST;
use crate::kinds::facts::id;

const KIND: &str = "canary_job";
/// A page must stay below 25 [docs: jobs/listruns].
pub(super) const PAGE: u32 = 24;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    job: Id,
    within_minutes: i64,
}

pub(super) struct CanaryJob;

#[async_trait]
impl ProbeKind<ProbeEnv> for CanaryJob {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits { kind: KIND, origin: Origin::Workload, depth: Depth::Deep, works: false, unit: "s" }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        match (1..=43_200).contains(&read.within_minutes) {
            true => Ok(()),
            false => Err(format!("probe {KIND}: within_minutes must be from 1 to 43200: correct it")),
        }
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        let Settings { job: named, within_minutes } = settings::known(KIND, &run.declared.settings)?;
        let job = job(api, &named.0).await?;
        let job_id = id(&job, "job_id").unwrap_or_default();
        let now = api.now();
        let from = now.saturating_sub(SignedDuration::from_mins(within_minutes)).unwrap_or(now);
        let call = Call::to(RUNS_LIST).with("limit", PAGE).with("job_id", &job_id);
        let listed = api.call(&call.with("start_time_from", from.as_millisecond())).await?;
        let runs = listed.get("runs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        Ok(judged(runs, is_on(&job), within_minutes))
    }
}

fn judged(runs: &[Value], is_on: bool, minutes: i64) -> Probed {
    let ended: Vec<&Value> = runs.iter().filter(|run| is_over(run)).collect();
    let succeeded = ended.iter().find(|run| has_succeeded(run));
    let (reading, measured, text) = match (succeeded, ended.first()) {
        (Some(run), Some(newest)) if has_succeeded(newest) => {
            (Reading::Healthy, lasted_s(run), "its newest run succeeded".to_owned())
        }
        (Some(run), _) => (
            Reading::Degraded,
            lasted_s(run),
            format!("its newest run failed, an earlier one of {minutes} min succeeded"),
        ),
        (None, Some(_)) => {
            (Reading::Down, None, format!("{} runs ended in {minutes} min, and none succeeded", ended.len()))
        }
        (None, None) if !runs.is_empty() => {
            (Reading::Degraded, None, format!("runs began in {minutes} min, and none has ended"))
        }
        (None, None) if is_on => {
            (Reading::Down, None, format!("its schedule is on, and no run began in {minutes} min"))
        }
        (None, None) => {
            (Reading::Unknown, None, format!("it is not scheduled here, and nobody ran it in {minutes} min"))
        }
    };
    Probed { reading, measured, text }
}

/// Whether the job starts by itself. A trigger without a pause status is not paused [docs: jobs/get].
fn is_on(job: &Value) -> bool {
    let starters = ["schedule", "trigger", "continuous"].into_iter();
    let found = starters.filter_map(|starter| job.get("settings")?.get(starter).filter(|found| found.is_object()));
    let mut paused = found.map(|found| found.get("pause_status").and_then(Value::as_str) == Some("PAUSED"));
    paused.any(|is_paused| !is_paused)
}

fn lasted_s(run: &Value) -> Option<f64> {
    let at = |key: &str| run.get(key).and_then(Value::as_i64).filter(|at| *at > 0);
    Some((at("end_time")? - at("start_time")?).max(0) as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(state: &str, result: &str) -> Value {
        let state = json!({ "life_cycle_state": state, "result_state": result });
        json!({ "state": state, "start_time": 1_000, "end_time": 31_000 })
    }

    #[test]
    fn a_canary_is_read_by_its_newest_runs() {
        let (good, bad, under_way) = (run("TERMINATED", "SUCCESS"), run("TERMINATED", "FAILED"), run("RUNNING", ""));
        let read = |runs: &[&Value], is_on| {
            let runs: Vec<Value> = runs.iter().map(|run| (*run).clone()).collect();
            judged(&runs, is_on, 60).reading
        };
        assert_eq!(read(&[&under_way, &good, &bad], true), Reading::Healthy);
        assert_eq!(read(&[&bad, &good], true), Reading::Degraded);
        assert_eq!(read(&[&bad], true), Reading::Down);
        assert_eq!(read(&[&under_way], true), Reading::Degraded);
        assert_eq!(read(&[], true), Reading::Down);
        assert_eq!(read(&[], false), Reading::Unknown);
        assert_eq!(judged(&[good], true, 60).measured, Some(30.0));
    }

    #[test]
    fn a_job_is_on_unless_all_that_starts_it_is_paused() {
        let with = |pause: &str| json!({ "settings": { "schedule": { "pause_status": pause } } });
        assert!(is_on(&with("UNPAUSED")) && !is_on(&with("PAUSED")));
        assert!(is_on(&json!({ "settings": { "continuous": {} } })) && !is_on(&json!({ "settings": {} })));
    }
}
