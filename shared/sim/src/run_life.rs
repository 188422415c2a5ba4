//! Moves a run from state to state.
//!
//! Law: a run starts only while the job has fewer than `max_concurrent_runs` active runs. With 0
//! every new run is skipped, unless the setting `zero_limit_queues` queues it. A run that processes
//! has exactly one open ledger interval, from RUNNING until it has ended, through TERMINATING.
//! Every change of state makes the planned step of the run void.
//! Must not know: how an answer shows a run.
//!
//! Sources: [docs: jobs/run-now, jobs/runs/cancel; py-sdk: service/jobs.py RunLifeCycleState]. A
//! run is BLOCKED here while the cluster that it names is still going down (unverified).

use serde_json::Value;

use crate::{
    agenda::Event,
    jobs::ARRAY_STRIDE,
    json::{items, number, text},
    ledger::{By, Cause, What},
    notes::Note,
    runs::{Life, Run},
    stale::Kind,
    triggers::Starter,
    wire::USER_NAME,
    workspace::Workspace,
};

const SKIPPED: &str = "Run was skipped because the job has reached its max_concurrent_runs.";
const QUEUED: &str = "Queued because the job has reached its max_concurrent_runs.";

impl Workspace {
    /// Makes a new run of a job, which waits, starts, queues, or is skipped. Returns its id.
    pub(crate) fn request_run(&mut self, job: i64, cause: Cause, queue: Option<bool>) -> i64 {
        let id = self.new_run_id();
        let now = self.now;
        let zero_queues = self.settings.zero_limit_queues;
        let Some(owner) = self.jobs.get_mut(&job) else { return id };
        owner.runs_made += 1;
        owner.runs.insert(id);
        let most = owner.max_concurrent_runs();
        let queues = queue.unwrap_or(owner.queues());
        let entry = if most > 0 && owner.active.len() < most {
            owner.active.insert(id);
            Entry::Start
        } else if queues && (most > 0 || zero_queues) {
            owner.queued.insert(id);
            Entry::Queue
        } else {
            Entry::Skip
        };
        let tasks = items(&owner.settings, "tasks");
        let run = Run {
            job: Some(job),
            number: owner.runs_made,
            name: owner.name().to_owned(),
            creator: owner.creator.clone().unwrap_or_default(),
            work: owner.work.clone(),
            flaky: owner.flaky,
            ..new_run(id, cause, tasks.to_vec(), now)
        };
        let typical_ms = owner.typical_ms;
        self.enter(run, entry, typical_ms);
        id
    }

    /// Makes a new run without a saved job. Returns its id.
    pub(crate) fn submit_run(&mut self, name: String, tasks: Vec<Value>, work: String) -> i64 {
        let id = self.new_run_id();
        let creator = USER_NAME.to_owned();
        let run = Run { name, creator, work, ..new_run(id, Cause::Submit, tasks, self.now) };
        self.enter(run, Entry::Start, 300_000);
        id
    }

    fn new_run_id(&mut self) -> i64 {
        self.next_run += ARRAY_STRIDE * self.draw((1, 40));
        self.next_run
    }

    fn enter(&mut self, mut run: Run, entry: Entry, typical_ms: i64) {
        let id = run.id;
        self.about_to_write(Kind::Run, &id.to_string());
        run.duration_ms = self.draw((typical_ms * 3 / 4, typical_ms * 5 / 4));
        self.notes.push(Note::Started {
            at_ms: self.now,
            job: run.job,
            run: id,
            work: run.work.clone(),
            cause: run.cause,
        });
        self.runs.insert(id, run);
        self.live.insert(id);
        match entry {
            Entry::Start => self.place(id),
            Entry::Queue => {
                self.set_life(id, Life::Queued, QUEUED);
            }
            Entry::Skip => {
                let result = "MAXIMUM_CONCURRENT_RUNS_REACHED";
                self.end_run(id, Life::Skipped, result, SKIPPED);
            }
        }
    }

    /// Changes a run's state, and makes its planned step void. Returns the new generation.
    pub(crate) fn set_life(&mut self, id: i64, life: Life, message: &str) -> u32 {
        let Some(run) = self.runs.get_mut(&id) else { return 0 };
        run.life = life;
        message.clone_into(&mut run.message);
        run.generation += 1;
        run.generation
    }

    /// Plans the next step of a run.
    pub(crate) fn run_in(&mut self, id: i64, in_ms: i64) {
        let generation = self.runs.get(&id).map_or(0, |run| run.generation);
        self.put(in_ms, Event::Run { id, generation });
    }

    /// Continues a run whose compute is ready.
    pub(crate) fn compute_is_ready(&mut self, id: i64) {
        let start = self.settings.delays.run_start_ms;
        let in_ms = self.draw(start);
        self.run_in(id, in_ms);
    }

    pub(crate) fn run_goes_on(&mut self, id: i64, generation: u32) {
        let Some(run) = self.runs.get(&id) else { return };
        if run.generation != generation {
            return;
        }
        match run.life {
            Life::Pending => self.begin_run(id),
            Life::Running => self.finish_run(id),
            Life::Terminating => self.end_run(id, Life::Terminated, "CANCELED", "Run cancelled."),
            Life::WaitingForRetry => self.try_again(id),
            Life::Blocked | Life::Queued | Life::Terminated | Life::Skipped | Life::InternalError => {}
        }
    }

    fn begin_run(&mut self, id: i64) {
        let now = self.now;
        self.set_life(id, Life::Running, "In run");
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.began_ms = Some(now);
        run.processing = true;
        let (duration_ms, tasks) = (run.duration_ms, run.tasks.clone());
        self.notes.push(Note::Began {
            at_ms: now,
            work: run.work.clone(),
            what: What::Run,
            resource: run.resource(),
            run: id.to_string(),
        });
        self.run_in(id, duration_ms);
        for task in &tasks {
            self.begin_task(id, task);
        }
    }

    /// Starts the pipeline, the job or the warehouse that a task names.
    fn begin_task(&mut self, run: i64, task: &Value) {
        let pipeline = task.get("pipeline_task").map(|inner| text(inner, "pipeline_id"));
        if let Some(pipeline) = pipeline
            && let Some(update) = self.start_update(pipeline, "JOB_TASK", By::Itself)
            && let Some(run) = self.runs.get_mut(&run)
        {
            run.update = Some((pipeline.to_owned(), update));
        }
        let job = task.get("run_job_task").and_then(|inner| number(inner, "job_id"));
        if let Some(job) = job.filter(|job| self.jobs.contains_key(job)) {
            self.request_run(job, Cause::RunJobTask, None);
        }
        let warehouse = task.get("sql_task").map(|inner| text(inner, "warehouse_id"));
        if let Some(warehouse) = warehouse {
            self.start_warehouse(warehouse, By::Itself);
        }
    }

    fn finish_run(&mut self, id: i64) {
        let Some(run) = self.runs.get(&id) else { return };
        let (flaky, retries_left) = (run.flaky, run.retries_left);
        if !self.chance(flaky) {
            self.end_run(id, Life::Terminated, "SUCCESS", "");
        } else if retries_left > 0 {
            self.wait_for_retry(id);
        } else {
            self.end_run(id, Life::Terminated, "FAILED", "Workload failed, see run output for details");
        }
    }

    /// Lets a failed run wait for its next attempt.
    pub(crate) fn wait_for_retry(&mut self, id: i64) {
        self.stop_processing(id);
        self.release_compute(id);
        let message = "Waiting for the next attempt after a failed one.";
        self.set_life(id, Life::WaitingForRetry, message);
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.retries_left = run.retries_left.saturating_sub(1);
        let pause_ms = run.retry_pause_ms;
        self.run_in(id, pause_ms);
    }

    fn try_again(&mut self, id: i64) {
        self.set_life(id, Life::Pending, "Waiting for cluster");
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.attempt += 1;
        self.notes.push(Note::Started {
            at_ms: self.now,
            job: run.job,
            run: id,
            work: run.work.clone(),
            cause: Cause::Retry,
        });
        self.place(id);
    }

    /// Cancels a run asynchronously. A run that has ended stays as it is.
    pub(crate) fn cancel_run(&mut self, id: i64) {
        let stop = self.settings.delays.run_stop_ms;
        let Some(run) = self.runs.get(&id) else { return };
        if run.life.is_over() || run.life == Life::Terminating {
            return;
        }
        let in_ms = if run.processing { self.draw(stop) } else { self.draw((300, 2_000)) };
        self.about_to_write(Kind::Run, &id.to_string());
        self.set_life(id, Life::Terminating, "Run is being cancelled.");
        self.leave_waiting(id);
        self.stop_started_update(id);
        self.run_in(id, in_ms);
    }

    /// Cancels a run without the delay, because it makes way for another one.
    pub(crate) fn cancel_at_once(&mut self, id: i64) {
        self.stop_started_update(id);
        self.end_run(id, Life::Terminated, "CANCELED", "Cancelled by a new run of the job.");
    }

    fn stop_started_update(&mut self, id: i64) {
        let started = self.runs.get(&id).and_then(|run| run.update.clone());
        if let Some((pipeline, update)) = started {
            self.stop_update(&pipeline, Some(&update));
        }
    }

    /// Closes the ledger interval of a run, if one is open.
    pub(crate) fn stop_processing(&mut self, id: i64) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        if std::mem::take(&mut run.processing) {
            let run = id.to_string();
            self.notes.push(Note::Ended { at_ms: self.now, what: What::Run, run });
        }
    }

    /// Ends a run for good. Runs that waited for it may start.
    pub(crate) fn end_run(&mut self, id: i64, life: Life, result: &'static str, message: &str) {
        self.stop_processing(id);
        self.set_life(id, life, message);
        let Some(run) = self.runs.get_mut(&id) else { return };
        run.ended_ms = Some(self.now);
        run.result = Some(result);
        let job = run.job;
        self.live.remove(&id);
        self.release_compute(id);
        if let Some(job) = job {
            self.run_has_left(job, id, result);
        }
    }

    /// Takes a run away from its job. The next queued or continuous run follows.
    pub(crate) fn run_has_left(&mut self, job: i64, run: i64, result: &str) {
        if let Some(owner) = self.jobs.get_mut(&job) {
            owner.active.remove(&run);
            owner.queued.remove(&run);
            let well = matches!(result, "SUCCESS" | "CANCELED");
            owner.failures = if well { 0 } else { owner.failures + 1 };
        }
        self.start_queued(job);
        if self.is_continuous(job) {
            self.continuous_follows(job);
        }
    }

    /// Starts queued runs, oldest first, while the job's limit allows.
    pub(crate) fn start_queued(&mut self, job: i64) {
        loop {
            let Some(owner) = self.jobs.get_mut(&job) else { return };
            if owner.active.len() >= owner.max_concurrent_runs() {
                return;
            }
            let Some(next) = owner.queued.pop_first() else { return };
            owner.active.insert(next);
            self.set_life(next, Life::Pending, "Waiting for cluster");
            self.place(next);
        }
    }

    pub(crate) fn is_continuous(&self, job: i64) -> bool {
        let starters = self.jobs.get(&job).map(|job| &job.starters);
        starters.is_some_and(|starters| starters.contains(&Starter::Continuous))
    }
}

/// The entry of a new run: it starts, it queues, or it is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Start,
    Queue,
    Skip,
}

/// A run with everything that does not depend on its job.
pub(crate) fn new_run(id: i64, cause: Cause, tasks: Vec<Value>, now: i64) -> Run {
    let first = tasks.first();
    let retries = first.and_then(|task| number(task, "max_retries")).unwrap_or(0);
    let pause = first.and_then(|task| number(task, "min_retry_interval_millis"));
    Run {
        id,
        job: None,
        number: 0,
        cause,
        name: String::new(),
        creator: String::new(),
        work: String::new(),
        created_ms: now,
        began_ms: None,
        ended_ms: None,
        life: Life::Pending,
        result: None,
        message: "Waiting for cluster".to_owned(),
        attempt: 0,
        retries_left: u32::try_from(retries).unwrap_or(u32::MAX),
        retry_pause_ms: pause.unwrap_or(60_000).max(1_000),
        generation: 0,
        duration_ms: 0,
        flaky: 0.0,
        cluster: None,
        update: None,
        processing: false,
        tasks,
    }
}
