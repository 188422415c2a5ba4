//! Measures the share of failed runs among the job runs that ended lately.
//!
//! Settings, each with a default: `minutes` (60); `least` (5), with fewer runs the reading is unknown;
//! `degraded_above` and `down_above`, shares from 0 to 1, by default none. A value that departs from normal
//! is degraded. A run that was cancelled or skipped is neither failed nor counted.
//! Quirk: runs are listed by their start and not by their end, the newest first. So at most [`MOST`] pages
//! are read, from six hours before the window on [docs: jobs/listruns]. Runs that take longer are left out.

use async_trait::async_trait;
use engine::ports::{Depth, ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::{Origin, Reading};
use jiff::{SignedDuration, Timestamp};
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::canary_job::PAGE;
use super::env::ProbeEnv;
use super::settings::{self, Bounds};
use crate::actions::canary_job::{has_succeeded, result, state};
use crate::call::Call;
use crate::endpoints::RUNS_LIST;
use crate::kinds::Api;

const KIND: &str = "failed_runs";
/// At most this many pages are read.
const MOST: usize = 10;
/// How long before the window a run may have begun.
const BEFORE: SignedDuration = SignedDuration::from_hours(6);
/// Ends that are no failure [py-sdk: service/jobs.py RunResultState, TerminationCodeCode].
const NOT_COUNTED: &[&str] = &[
    "CANCELED",
    "USER_CANCELED",
    "UPSTREAM_CANCELED",
    "EXCLUDED",
    "SKIPPED",
    "MAXIMUM_CONCURRENT_RUNS_REACHED",
    "MAX_CONCURRENT_RUNS_EXCEEDED",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[serde(default = "an_hour")]
    minutes: i64,
    #[serde(default = "five")]
    least: usize,
    degraded_above: Option<f64>,
    down_above: Option<f64>,
}

fn an_hour() -> i64 {
    60
}

fn five() -> usize {
    5
}

pub(super) struct FailedRuns;

#[async_trait]
impl ProbeKind<ProbeEnv> for FailedRuns {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits { kind: KIND, origin: Origin::Workload, depth: Depth::Deep, works: false, unit: "share" }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        if !(1..=1_440).contains(&read.minutes) || read.least == 0 {
            return Err(format!("probe {KIND}: minutes must be from 1 to 1440, and least at least 1: correct them"));
        }
        bounds(&read).check(KIND)
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        let read: Settings = settings::known(KIND, &run.declared.settings)?;
        let now = api.now();
        let ended_from = now.saturating_sub(SignedDuration::from_mins(read.minutes)).unwrap_or(now);
        let began_from = ended_from.saturating_sub(BEFORE).unwrap_or(ended_from);
        let runs = ended(api, began_from).await?;
        Ok(judged(&runs, ended_from, &read))
    }
}

fn bounds(settings: &Settings) -> Bounds {
    Bounds { degraded_above: settings.degraded_above, down_above: settings.down_above }
}

async fn ended(api: &Api<'_>, from: Timestamp) -> Result<Vec<Value>, Fault> {
    let call = Call::to(RUNS_LIST).with("limit", PAGE).with("completed_only", true);
    let call = call.with("start_time_from", from.as_millisecond());
    let (mut runs, mut page) = (Vec::new(), call.clone());
    for _ in 0..MOST {
        let mut answer = api.call(&page).await?;
        if let Some(Value::Array(found)) = answer.get_mut("runs").map(Value::take) {
            runs.extend(found);
        }
        match answer.get("next_page_token").and_then(Value::as_str).filter(|token| !token.is_empty()) {
            Some(token) => page = call.clone().with("page_token", token),
            None => break,
        }
    }
    Ok(runs)
}

fn judged(runs: &[Value], from: Timestamp, settings: &Settings) -> Probed {
    let lately = |run: &&Value| run.get("end_time").and_then(Value::as_i64) >= Some(from.as_millisecond());
    let counts = |run: &&Value| state(run) != "SKIPPED" && !NOT_COUNTED.contains(&result(run));
    let counted: Vec<&Value> = runs.iter().filter(lately).filter(counts).collect();
    let minutes = settings.minutes;
    if counted.len() < settings.least {
        let text = format!("only {} runs ended in {minutes} min: too few to tell", counted.len());
        return Probed { reading: Reading::Unknown, measured: None, text };
    }
    let failed = counted.iter().filter(|run| !has_succeeded(run)).count();
    let share = failed as f64 / counted.len() as f64;
    bounds(settings).reads(share, format!("{failed} of {} runs that ended in {minutes} min failed", counted.len()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_runs_that_ended_lately_on_their_own_are_counted() {
        let run = |state: &str, result: &str, end_time: i64| json!({ "state": { "life_cycle_state": state, "result_state": result }, "end_time": end_time });
        let mut runs = vec![run("TERMINATED", "SUCCESS", 2_000); 3];
        runs.extend(vec![run("TERMINATED", "FAILED", 2_000), run("INTERNAL_ERROR", "FAILED", 2_000)]);
        runs.extend(vec![
            run("TERMINATED", "CANCELED", 2_000),
            run("SKIPPED", "", 2_000),
            run("TERMINATED", "FAILED", 10),
        ]);
        let settings: Settings = serde_json::from_value(json!({ "down_above": 0.3 })).unwrap();
        let from = Timestamp::from_millisecond(1_000).unwrap();
        let probed = judged(&runs, from, &settings);
        assert_eq!((probed.reading, probed.measured), (Reading::Down, Some(0.4)), "{}", probed.text);
        assert_eq!(judged(&runs[1..], from, &settings).reading, Reading::Unknown, "too few");
    }
}
