//! Defines runs, and the calls that start, list, read and cancel them.
//!
//! Law: run ids grow with time, so newest first is by falling id. The same idempotency token gives
//! the same run. A cancel is asynchronous, and never fails on a run that has ended.
//! Must not know: how a run goes from state to state (`run_life`).
//!
//! Sources: [docs: jobs/runs/*; py-sdk: service/jobs.py]. `active_only` means QUEUED, PENDING,
//! RUNNING or TERMINATING. BLOCKED and WAITING_FOR_RETRY are not in the documented list, and are
//! left out here. `limit` must be below 25, and 0 stands for the maximum.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    jobs::{ARRAY_STRIDE, read_token, token},
    json::{flag, items, number, text},
    ledger::Cause,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// Maximal number of runs on one page [docs: jobs/runs/list].
const MOST_RUNS: i64 = 24;

/// `life_cycle_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Life {
    Blocked,
    Pending,
    Queued,
    Running,
    Terminating,
    WaitingForRetry,
    Terminated,
    Skipped,
    InternalError,
}

impl Life {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Life::Blocked => "BLOCKED",
            Life::Pending => "PENDING",
            Life::Queued => "QUEUED",
            Life::Running => "RUNNING",
            Life::Terminating => "TERMINATING",
            Life::WaitingForRetry => "WAITING_FOR_RETRY",
            Life::Terminated => "TERMINATED",
            Life::Skipped => "SKIPPED",
            Life::InternalError => "INTERNAL_ERROR",
        }
    }

    pub(crate) fn is_over(self) -> bool {
        matches!(self, Life::Terminated | Life::Skipped | Life::InternalError)
    }
}

/// One run of a job, or a one-time run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: i64,
    /// The saved job; `None` for a one-time run.
    pub(crate) job: Option<i64>,
    pub(crate) number: i64,
    pub(crate) cause: Cause,
    pub(crate) name: String,
    pub(crate) creator: String,
    pub(crate) work: String,
    pub(crate) tasks: Vec<Value>,
    pub(crate) created_ms: i64,
    pub(crate) began_ms: Option<i64>,
    pub(crate) ended_ms: Option<i64>,
    pub(crate) life: Life,
    pub(crate) result: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) attempt: u32,
    pub(crate) retries_left: u32,
    pub(crate) retry_pause_ms: i64,
    pub(crate) generation: u32,
    pub(crate) duration_ms: i64,
    pub(crate) flaky: f64,
    /// Id of the all-purpose cluster that it uses, or of its own job cluster.
    pub(crate) cluster: Option<String>,
    /// The pipeline and update that its task started.
    pub(crate) update: Option<(String, String)>,
    /// A ledger interval is open.
    pub(crate) processing: bool,
}

impl Run {
    /// The name of the resource in the ledger: the id of the job, or of the one-time run itself.
    pub(crate) fn resource(&self) -> String {
        self.job.unwrap_or(self.id).to_string()
    }
}

impl Workspace {
    pub(crate) fn jobs_run_now(&mut self, call: &Call) -> Handled {
        let id = number(&call.body, "job_id");
        let id = id.ok_or_else(|| Refusal::invalid("Job id is required."))?;
        self.may_see_job(id)?;
        if !self.jobs.contains_key(&id) {
            return Err(crate::jobs::no_job(id));
        }
        let token = idempotency_token(&call.body)?;
        let known = token.as_ref().and_then(|token| self.tokens.get(token)).copied();
        let run = match known {
            Some(run) => run,
            None => self.run_now(id, token, &call.body),
        };
        let number = self.runs.get(&run).map_or(0, |run| run.number);
        Ok(json!({ "run_id": run, "number_in_job": number }))
    }

    /// Runs a job once. A continuous job that is not paused gives up its current run first [cli: bundle/run/job.go].
    fn run_now(&mut self, id: i64, token: Option<String>, body: &Value) -> i64 {
        if self.is_continuous(id) {
            let current: Vec<i64> =
                self.jobs.get(&id).map(|job| job.active.iter().copied().collect()).unwrap_or_default();
            for run in current {
                self.cancel_at_once(run);
            }
        }
        let queue = body.pointer("/queue/enabled").and_then(Value::as_bool);
        let run = self.request_run(id, Cause::OneTime, queue);
        if let Some(token) = token {
            self.tokens.insert(token, run);
        }
        run
    }

    pub(crate) fn runs_submit(&mut self, call: &Call) -> Handled {
        let token = idempotency_token(&call.body)?;
        if let Some(run) = token.as_ref().and_then(|token| self.tokens.get(token)) {
            return Ok(json!({ "run_id": run }));
        }
        let tasks = items(&call.body, "tasks").to_vec();
        if tasks.is_empty() {
            return Err(Refusal::invalid("At least one task is required."));
        }
        let name = match text(&call.body, "run_name") {
            "" => "Untitled",
            given => given,
        };
        let work = format!("submitted-{}-{}", self.side.word(), self.next_run);
        let run = self.submit_run(name.to_owned(), tasks, work);
        if let Some(token) = token {
            self.tokens.insert(token, run);
        }
        Ok(json!({ "run_id": run }))
    }

    pub(crate) fn runs_list(&mut self, call: &Call) -> Handled {
        let filter = Filter::read(call)?;
        let before = match call.query("page_token") {
            "" => i64::MAX,
            given => read_token(given)?,
        };
        let candidates = self.candidates(&filter, before);
        let mut runs = Vec::new();
        let mut next = None;
        for id in candidates {
            let Some(view) = self.listed_run(id, &filter) else { continue };
            if runs.len() == filter.limit {
                next = Some(id + 1);
                break;
            }
            runs.push(view);
        }
        let mut answer = Map::new();
        if !runs.is_empty() {
            answer.insert("runs".to_owned(), Value::Array(runs));
        }
        if let Some(before) = next {
            answer.insert("next_page_token".to_owned(), json!(token(before)));
        }
        if call.version != "2.2" {
            answer.insert("has_more".to_owned(), json!(next.is_some()));
        }
        Ok(Value::Object(answer))
    }

    /// Ids below `before`, newest first, from the smallest index that can hold all matches.
    fn candidates(&self, filter: &Filter, before: i64) -> Box<dyn Iterator<Item = i64> + '_> {
        if let Some(job) = filter.job {
            let job = self.jobs.get(&job).into_iter();
            return Box::new(job.flat_map(move |job| job.runs.range(..before).rev().copied()));
        }
        if filter.active_only {
            let mut ids: BTreeSet<i64> = self.stale_runs().filter(|id| *id < before).collect();
            ids.extend(self.live.range(..before));
            return Box::new(ids.into_iter().rev());
        }
        let from_ms = filter.from_ms;
        let recent = self.runs.range(..before).rev().take_while(move |(_, run)| run.created_ms >= from_ms);
        Box::new(recent.map(|(id, _)| *id))
    }

    fn listed_run(&self, id: i64, filter: &Filter) -> Option<Value> {
        let run = self.runs.get(&id)?;
        if !self.visible(&run.resource()) {
            return None;
        }
        let in_time = run.created_ms >= filter.from_ms && run.created_ms <= filter.to_ms;
        let of_type = filter.run_type.is_none_or(|wanted| wanted == run_type(run));
        if !in_time || !of_type {
            return None;
        }
        let mut view = self.shown(Kind::Run, &id.to_string())?;
        let state = view.pointer("/state/life_cycle_state").and_then(Value::as_str)?;
        let active = matches!(state, "QUEUED" | "PENDING" | "RUNNING" | "TERMINATING");
        let over = matches!(state, "TERMINATED" | "SKIPPED" | "INTERNAL_ERROR");
        if (filter.active_only && !active) || (filter.completed_only && !over) {
            return None;
        }
        if !filter.expand
            && let Some(object) = view.as_object_mut()
        {
            object.remove("tasks");
        }
        Some(view)
    }

    pub(crate) fn runs_get(&mut self, call: &Call) -> Handled {
        let given = call.query_number("run_id");
        let given = given.ok_or_else(|| Refusal::invalid("Run id is required."))?;
        let id = job_run_of(given);
        let run = self.runs.get(&id).ok_or_else(|| no_run(given))?;
        if !self.visible(&run.resource()) {
            return Err(Refusal::forbidden(format!("No permission to view run {given}.")));
        }
        self.shown(Kind::Run, &id.to_string()).ok_or_else(|| no_run(given))
    }

    pub(crate) fn runs_cancel(&mut self, call: &Call) -> Handled {
        let given = number(&call.body, "run_id");
        let given = given.ok_or_else(|| Refusal::invalid("Run id is required."))?;
        let id = job_run_of(given);
        if !self.runs.contains_key(&id) {
            return Err(no_run(given));
        }
        self.cancel_run(id);
        Ok(json!({}))
    }

    pub(crate) fn runs_cancel_all(&mut self, call: &Call) -> Handled {
        let only_queued = flag(&call.body, "all_queued_runs");
        let job = number(&call.body, "job_id");
        let of_job = |run: &Run| job.is_none_or(|id| run.job == Some(id));
        if job.is_none() && !only_queued {
            return Err(Refusal::invalid("Either job_id or all_queued_runs is required."));
        }
        if let Some(id) = job.filter(|id| !self.jobs.contains_key(id)) {
            return Err(crate::jobs::no_job(id));
        }
        let wanted: Vec<i64> = self
            .live
            .iter()
            .filter_map(|id| self.runs.get(id))
            .filter(|run| of_job(run) && (!only_queued || run.life == Life::Queued))
            .map(|run| run.id)
            .collect();
        for id in wanted {
            self.cancel_run(id);
        }
        Ok(json!({}))
    }
}

/// The filter of a listing of runs.
struct Filter {
    job: Option<i64>,
    active_only: bool,
    completed_only: bool,
    expand: bool,
    run_type: Option<&'static str>,
    from_ms: i64,
    to_ms: i64,
    limit: usize,
}

impl Filter {
    fn read(call: &Call) -> Result<Filter, Refusal> {
        let limit = match call.query_number("limit") {
            None => 20,
            Some(0) => MOST_RUNS,
            Some(given) if (1..=MOST_RUNS).contains(&given) => given,
            Some(_) => return Err(Refusal::invalid("The limit must be below 25.")),
        };
        let (active_only, completed_only) = (call.query_flag("active_only"), call.query_flag("completed_only"));
        if active_only && completed_only {
            return Err(Refusal::invalid("active_only and completed_only exclude each other."));
        }
        let run_type = match call.query("run_type") {
            "JOB_RUN" => Some("JOB_RUN"),
            "SUBMIT_RUN" => Some("SUBMIT_RUN"),
            "WORKFLOW_RUN" => Some("WORKFLOW_RUN"),
            "" => None,
            other => return Err(Refusal::invalid(format!("Unknown run_type {other}."))),
        };
        Ok(Filter {
            job: call.query_number("job_id"),
            active_only,
            completed_only,
            expand: call.query_flag("expand_tasks"),
            run_type,
            from_ms: call.query_number("start_time_from").unwrap_or(i64::MIN),
            to_ms: call.query_number("start_time_to").unwrap_or(i64::MAX),
            limit: usize::try_from(limit).unwrap_or(20),
        })
    }
}

pub(crate) fn run_type(run: &Run) -> &'static str {
    if run.job.is_some() { "JOB_RUN" } else { "SUBMIT_RUN" }
}

/// The id of a job run, from the id of that job run or of one of its task runs.
pub(crate) fn job_run_of(id: i64) -> i64 {
    id - id.rem_euclid(ARRAY_STRIDE)
}

fn no_run(id: i64) -> Refusal {
    Refusal::invalid(format!("Run {id} does not exist."))
}

fn idempotency_token(body: &Value) -> Result<Option<String>, Refusal> {
    let token = text(body, "idempotency_token");
    if token.chars().count() > 64 {
        return Err(Refusal::invalid("The idempotency_token must not be longer than 64."));
    }
    Ok((!token.is_empty()).then(|| token.to_owned()))
}
