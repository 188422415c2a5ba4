//! Records what truly happened in both workspaces, also if a reply said something else.
//!
//! Law: only the workspaces write the ledger, in the order of time. Nothing in it is ever changed,
//! except that an open interval is closed.
//! Must not know: requests, replies, faults.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{notes::Note, wire::Side};

/// The kind of processing that an interval records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum What {
    /// A run of a job, or a one-time run.
    Run,
    /// An update of a pipeline.
    PipelineUpdate,
    /// An app, for as long as its compute is up.
    App,
    /// An evaluation of an alert.
    AlertEvaluation,
    /// A model-serving endpoint of a custom model, from ready until stopped.
    ServingEndpoint,
    /// A refresh of a dashboard by one of its schedules.
    DashboardRefresh,
    /// A vector-search endpoint, for as long as it is up.
    VectorSearchEndpoint,
    /// A database instance, for as long as it is up.
    DatabaseInstance,
    /// An autoscaling database endpoint, for as long as it is up.
    PostgresEndpoint,
}

/// A stretch of time in which one unit of work was processed.
///
/// It begins when the run or update reaches RUNNING. It ends when the run or update leaves for
/// good: a canceled run goes on processing while it is TERMINATING.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// Side that processed it.
    pub side: Side,
    /// The hidden key of the unit of work, the same on both sides.
    pub work: String,
    /// Kind of the processing.
    pub what: What,
    /// Job, pipeline, alert or dashboard schedule id; the run's own id for a one-time run; a name
    /// for any other resource that is up.
    pub resource: String,
    /// Run or update id; a name made up for anything else.
    pub run: String,
    /// Beginning, unix ms.
    pub from_ms: i64,
    /// End, unix ms; `None` while it goes on.
    pub to_ms: Option<i64>,
}

/// The actor behind a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum By {
    /// A caller of the API.
    Api,
    /// The workspace itself: a job run, a connecting tool, the service.
    Itself,
}

/// The activation of something that can process data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Activation {
    /// Side on which it was switched on.
    pub side: Side,
    /// Moment of the activation, unix ms.
    pub at_ms: i64,
    /// `job`, `cluster`, `pool`, `warehouse`, `pipeline`, `app`, `alert`, `serving_endpoint`,
    /// `dashboard_schedule`, `vector_search_endpoint`, `database_instance` or `postgres_endpoint`.
    pub kind: &'static str,
    /// Id of the resource.
    pub resource: String,
    /// The hidden key of the resource, the same on both sides.
    pub work: String,
    /// The part that was switched on: `schedule`, `trigger`, `continuous`, `triggers[0]`, … for a
    /// job; `schedule` for an alert and a dashboard's; `min_idle` for a pool; `enabled` for a
    /// database endpoint; `start` for anything else.
    pub slot: String,
    /// Actor that switched it on.
    pub by: By,
}

/// The reason for the start of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cause {
    /// A cron schedule.
    Schedule,
    /// A periodic trigger.
    Periodic,
    /// Files arrived.
    FileArrival,
    /// A table changed.
    Table,
    /// A continuous job was switched on.
    Continuous,
    /// A continuous job follows its own last run.
    ContinuousRestart,
    /// A task of another job.
    RunJobTask,
    /// A failed attempt is repeated.
    Retry,
    /// A one-time start through the API: run-now.
    OneTime,
    /// A one-time run without a saved job: runs/submit.
    Submit,
}

/// The start of a run, or of another attempt of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunStart {
    /// Side of the run.
    pub side: Side,
    /// Moment of the start, unix ms.
    pub at_ms: i64,
    /// The saved job, if there is one.
    pub job: Option<i64>,
    /// Id of the run.
    pub run: i64,
    /// The hidden key of the unit of work.
    pub work: String,
    /// Reason for the start.
    pub cause: Cause,
}

/// Everything that happened, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Intervals of processing, by the moment at which they began.
    pub intervals: Vec<Interval>,
    /// Everything that was switched on.
    pub activations: Vec<Activation>,
    /// Every start of a run.
    pub starts: Vec<RunStart>,
    #[serde(skip)]
    open: BTreeMap<(Side, What, String), usize>,
}

impl Ledger {
    pub(crate) fn record(&mut self, side: Side, note: Note) {
        match note {
            Note::Began { at_ms, work, what, resource, run } => {
                let open = self.intervals.len();
                self.open.insert((side, what, run.clone()), open);
                self.intervals.push(Interval { side, work, what, resource, run, from_ms: at_ms, to_ms: None });
            }
            Note::Ended { at_ms, what, run } => {
                if let Some(index) = self.open.remove(&(side, what, run)) {
                    self.intervals[index].to_ms = Some(at_ms);
                }
            }
            Note::Activated { at_ms, kind, resource, work, slot, by } => {
                self.activations.push(Activation { side, at_ms, kind, resource, work, slot, by });
            }
            Note::Started { at_ms, job, run, work, cause } => {
                self.starts.push(RunStart { side, at_ms, job, run, work, cause });
            }
        }
    }

    /// Number of intervals that are open on a side now.
    #[must_use]
    pub fn open_on(&self, side: Side) -> usize {
        self.open.keys().filter(|(at, _, _)| *at == side).count()
    }
}
