//! Starts the runs of a job that come by themselves: schedules, triggers, continuous mode.
//!
//! Law: only an UNPAUSED entry starts runs. A change of the job makes every planned start void.
//! Nothing starts while the region's compute is gone, and missed starts are not made up for.
//! Must not know: how a run goes on.
//!
//! Sources: [docs: jobs/create; py-sdk: service/jobs.py CronSchedule, TriggerSettings, Continuous,
//! TriggerConfiguration]. Arrivals of files and tables are drawn from the seed. `model` and
//! `job_completion` triggers are kept and shown, but start nothing here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    agenda::Event,
    cron,
    json::{items, number, text},
    ledger::Cause,
    workspace::Workspace,
};

const HOUR_MS: i64 = 3_600_000;

/// One active way in which a job starts by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Starter {
    Cron(String),
    Every(i64),
    Arrival(Cause),
    Continuous,
}

/// The names of all unpaused entries: `schedule`, `trigger`, `continuous`, `triggers[0]`, …
pub(crate) fn active_slots(settings: &Value) -> BTreeSet<String> {
    entries(settings).into_iter().filter(|(_, entry)| is_unpaused(entry)).map(|(slot, _)| slot).collect()
}

/// The active starters, in the order of the settings.
pub(crate) fn starters(settings: &Value) -> Vec<Starter> {
    entries(settings)
        .into_iter()
        .filter(|(_, entry)| is_unpaused(entry))
        .filter_map(|(slot, entry)| starter(&slot, entry))
        .collect()
}

fn entries(settings: &Value) -> Vec<(String, &Value)> {
    let single =
        ["schedule", "trigger", "continuous"].into_iter().filter_map(|key| Some((key.to_owned(), settings.get(key)?)));
    let several = items(settings, "triggers").iter().enumerate();
    single.chain(several.map(|(index, entry)| (format!("triggers[{index}]"), entry))).collect()
}

fn is_unpaused(entry: &Value) -> bool {
    entry.is_object() && text(entry, "pause_status") != "PAUSED"
}

fn starter(slot: &str, entry: &Value) -> Option<Starter> {
    if slot == "continuous" || entry.get("continuous").is_some() {
        return Some(Starter::Continuous);
    }
    let schedule = if slot == "schedule" { Some(entry) } else { entry.get("schedule") };
    if let Some(schedule) = schedule {
        return Some(Starter::Cron(text(schedule, "quartz_cron_expression").to_owned()));
    }
    if let Some(periodic) = entry.get("periodic") {
        let hours = match text(periodic, "unit") {
            "DAYS" => 24,
            "WEEKS" => 168,
            _ => 1,
        };
        let interval = number(periodic, "interval").unwrap_or(1).max(1);
        return Some(Starter::Every(interval * hours * HOUR_MS));
    }
    let arrival = |key: &str, cause| entry.get(key).map(|_| Starter::Arrival(cause));
    arrival("file_arrival", Cause::FileArrival).or_else(|| arrival("table_update", Cause::Table))
}

impl Workspace {
    /// Milliseconds until a starter is due for the first time, or again.
    pub(crate) fn next_start(&mut self, job: i64, index: usize) -> Option<i64> {
        let starter = self.jobs.get(&job)?.starters.get(index)?.clone();
        match starter {
            Starter::Cron(expression) => Some(cron::next_ms(&expression, self.now)? - self.now),
            Starter::Every(period_ms) => Some(self.draw((period_ms / 4, period_ms))),
            Starter::Arrival(_) if self.catching_up => Some(self.draw((5_000, 60_000))),
            Starter::Arrival(_) => {
                let between = self.settings.delays.arrival_ms;
                Some(self.draw(between))
            }
            Starter::Continuous => Some(self.continuous_pause(job)),
        }
    }

    /// The pause before a continuous job's next run. It doubles with each failure in a row, up to
    /// 64 times the first pause (the service's own back-off has no published figures).
    pub(crate) fn continuous_pause(&mut self, job: i64) -> i64 {
        let failures = self.jobs.get(&job).map_or(0, |job| job.failures);
        let pause = self.settings.delays.continuous_pause_ms;
        self.draw(pause) << failures.min(6)
    }

    pub(crate) fn starter_is_due(&mut self, id: i64, generation: u32, index: usize) {
        let Some(job) = self.jobs.get(&id) else { return };
        if job.generation != generation {
            return;
        }
        let Some(starter) = job.starters.get(index).cloned() else { return };
        let restarted = job.runs_made > 0;
        match starter {
            Starter::Cron(_) => self.start_by_itself(id, Cause::Schedule),
            Starter::Every(period_ms) => {
                self.start_by_itself(id, Cause::Periodic);
                self.put(period_ms, Event::Starter { job: id, generation, index });
                return;
            }
            Starter::Arrival(cause) => self.start_by_itself(id, cause),
            Starter::Continuous => {
                self.keep_going(id, restarted);
                return;
            }
        }
        if let Some(in_ms) = self.next_start(id, index) {
            self.put(in_ms, Event::Starter { job: id, generation, index });
        }
    }

    fn start_by_itself(&mut self, id: i64, cause: Cause) {
        self.request_run(id, cause, None);
    }

    fn keep_going(&mut self, id: i64, restarted: bool) {
        let busy = self.jobs.get(&id).is_none_or(|job| !job.active.is_empty());
        if busy {
            return;
        }
        let cause = if restarted { Cause::ContinuousRestart } else { Cause::Continuous };
        self.request_run(id, cause, None);
    }

    /// Plans the next run of a continuous job after its last one ended.
    pub(crate) fn continuous_follows(&mut self, id: i64) {
        let Some(job) = self.jobs.get(&id) else { return };
        let generation = job.generation;
        let index = job.starters.iter().position(|starter| *starter == Starter::Continuous);
        if let Some(index) = index {
            let pause = self.continuous_pause(id);
            self.put(pause, Event::Starter { job: id, generation, index });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_entry_is_found_and_paused_ones_are_not_active() {
        let settings = json!({ "triggers": [
            { "periodic": { "interval": 2, "unit": "DAYS" }, "pause_status": "UNPAUSED" },
            { "schedule": { "quartz_cron_expression": "0 0 * * * ?" }, "pause_status": "PAUSED" },
            { "file_arrival": { "url": "s3://x" } },
            { "continuous": {} },
        ]});
        let slots: Vec<String> = active_slots(&settings).into_iter().collect();
        assert_eq!(slots, ["triggers[0]", "triggers[2]", "triggers[3]"]);
        let expected = [Starter::Every(48 * HOUR_MS), Starter::Arrival(Cause::FileArrival), Starter::Continuous];
        assert_eq!(starters(&settings), expected);
    }

    #[test]
    fn a_paused_schedule_has_no_starter() {
        let paused = json!({ "schedule": { "quartz_cron_expression": "0 0 * * * ?", "pause_status": "PAUSED" }});
        assert!(starters(&paused).is_empty());
        assert!(active_slots(&json!({})).is_empty());
    }
}
