//! Shows a run in an answer.
//!
//! Law: the old `state` and the new `status` always say the same thing.
//! Must not know: how a run goes from state to state.
//!
//! Source: [docs: jobs/runs/get; py-sdk: service/jobs.py Run, RunState, RunStatus, RunTask].

use serde_json::{Value, json};

use crate::{
    json::{set, text},
    ledger::Cause,
    runs::{Life, Run, run_type},
    workspace::Workspace,
};

impl Workspace {
    /// The run as `runs/get` shows it.
    pub(crate) fn run_view(&self, run: &Run) -> Value {
        let mut view = json!({
            "run_id": run.id,
            "job_run_id": run.id,
            "number_in_job": run.number,
            "original_attempt_run_id": run.id,
            "attempt_number": run.attempt,
            "run_name": run.name,
            "run_type": run_type(run),
            "run_page_url": format!("https://{}/#job/{}/run/{}", self.side.host(), run.resource(), run.id),
            "creator_user_name": run.creator,
            "trigger": trigger_word(run.cause),
            "start_time": run.created_ms,
            "setup_duration": run.began_ms.map_or(0, |began| began - run.created_ms),
            "execution_duration": execution_ms(run),
            "end_time": run.ended_ms.unwrap_or(0),
            "run_duration": run.ended_ms.map_or(0, |ended| ended - run.created_ms),
            "state": state(run),
            "status": status(run),
            "tasks": self.task_views(run),
        });
        if let Some(job) = run.job {
            set(&mut view, "job_id", json!(job));
        }
        if let Some(cluster) = &run.cluster {
            set(&mut view, "cluster_instance", json!({ "cluster_id": cluster }));
        }
        view
    }

    fn task_views(&self, run: &Run) -> Vec<Value> {
        let mut views = Vec::with_capacity(run.tasks.len());
        for (number, task) in (1..).zip(&run.tasks) {
            let mut view = task.clone();
            set(&mut view, "run_id", json!(run.id + number));
            set(&mut view, "attempt_number", json!(run.attempt));
            set(&mut view, "start_time", json!(run.created_ms));
            set(&mut view, "end_time", json!(run.ended_ms.unwrap_or(0)));
            set(&mut view, "state", state(run));
            set(&mut view, "status", status(run));
            if text(task, "existing_cluster_id").is_empty()
                && let Some(cluster) = &run.cluster
            {
                set(&mut view, "cluster_instance", json!({ "cluster_id": cluster }));
            }
            views.push(view);
        }
        views
    }
}

fn execution_ms(run: &Run) -> i64 {
    match (run.began_ms, run.ended_ms) {
        (Some(began), Some(ended)) => ended - began,
        _ => 0,
    }
}

fn state(run: &Run) -> Value {
    let mut state = json!({
        "life_cycle_state": run.life.word(),
        "state_message": run.message,
        "user_cancelled_or_timedout": run.result == Some("CANCELED"),
    });
    if let (true, Some(result)) = (run.life.is_over(), run.result) {
        set(&mut state, "result_state", json!(result));
    }
    if run.life == Life::Queued {
        set(&mut state, "queue_reason", json!(run.message));
    }
    state
}

fn status(run: &Run) -> Value {
    let word = match run.life {
        Life::Blocked => "BLOCKED",
        Life::Pending => "PENDING",
        Life::Queued => "QUEUED",
        Life::Running => "RUNNING",
        Life::Terminating => "TERMINATING",
        Life::WaitingForRetry => "WAITING",
        Life::Terminated | Life::Skipped | Life::InternalError => "TERMINATED",
    };
    let mut status = json!({ "state": word });
    if run.life == Life::Queued {
        let details = json!({ "code": "MAX_CONCURRENT_RUNS_REACHED", "message": run.message });
        set(&mut status, "queue_details", details);
    }
    if let (true, Some((code, kind))) = (run.life.is_over(), termination(run)) {
        let details = json!({ "code": code, "type": kind, "message": run.message });
        set(&mut status, "termination_details", details);
    }
    status
}

fn termination(run: &Run) -> Option<(&'static str, &'static str)> {
    match run.life {
        Life::Skipped => Some(("MAX_CONCURRENT_RUNS_EXCEEDED", "CLIENT_ERROR")),
        Life::InternalError => Some(("CLOUD_FAILURE", "CLOUD_FAILURE")),
        Life::Terminated => Some(match run.result {
            Some("SUCCESS") => ("SUCCESS", "SUCCESS"),
            Some("CANCELED") => ("USER_CANCELED", "SUCCESS"),
            _ => ("RUN_EXECUTION_ERROR", "CLIENT_ERROR"),
        }),
        Life::Blocked | Life::Pending | Life::Queued | Life::Running | Life::Terminating | Life::WaitingForRetry => {
            None
        }
    }
}

/// `trigger` [py-sdk: service/jobs.py TriggerType]. Cron schedules are PERIODIC there.
fn trigger_word(cause: Cause) -> &'static str {
    match cause {
        Cause::Schedule | Cause::Periodic => "PERIODIC",
        Cause::FileArrival => "FILE_ARRIVAL",
        Cause::Table => "TABLE",
        Cause::Continuous => "CONTINUOUS",
        Cause::ContinuousRestart => "CONTINUOUS_RESTART",
        Cause::RunJobTask => "RUN_JOB_TASK",
        Cause::Retry => "RETRY",
        Cause::OneTime | Cause::Submit => "ONE_TIME",
    }
}
