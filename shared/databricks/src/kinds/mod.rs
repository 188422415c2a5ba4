//! The kinds of resources, one file each, and the one list of them.
//!
//! Law: a kind reads with requests that only look, and judges with pure functions what it has read;
//! it never makes a call but through an [`Act`] that the engine decided to carry out. A new kind is
//! one file and one line in [`KINDS`]; the conformance suite runs over the list.
//! Must not know: sagas, limits, credentials.

mod alert;
mod app;
mod cluster;
mod dashboard_schedule;
mod database_instance;
pub(crate) mod facts;
mod instance_pool;
mod job;
mod job_assumed;
mod job_record;
mod job_run;
mod legacy_schedules;
mod pipeline;
mod postgres_endpoint;
mod run;
mod serving_endpoint;
mod sql_warehouse;
mod triggers;
mod vector_search_endpoint;
mod verdicts;

use async_trait::async_trait;
use engine::ports::{Act, ActReply, Context, KindInfo, Looking, Next, Observed, Pass};
use failover::Resource;
use failover::plan::want::FENCED;
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use crate::call::Call;
use crate::client::Client;
use crate::codes;
use crate::listing::Shape;

/// Every kind, in the order in which they are fenced: what starts work, the work itself, then what
/// the work runs on, which a run would only start again.
///
/// What is fenced is settled only when nothing before it in the list is open, so a kind stands
/// behind all that may start it. Apps run jobs that they were given [py-sdk: apps.AppResourceJob],
/// and nothing of the list is known to start an app. A task of a job may evaluate an alert
/// [py-sdk: jobs.AlertTask]; an alert's query may refresh what a pipeline makes, and starts a
/// warehouse. A dashboard's schedule is like an alert. An endpoint that serves an agent may query a
/// warehouse. A vector-search endpoint keeps the pipelines of its indexes going. Apps, jobs and
/// pipelines connect to databases.
pub const KINDS: &[&dyn Kind] = &[
    &app::App,
    &job::Job,
    &run::Run,
    &job_run::JobRun,
    &alert::Alert,
    &dashboard_schedule::DashboardSchedule,
    &vector_search_endpoint::VectorSearchEndpoint,
    &pipeline::Pipeline,
    &serving_endpoint::ServingEndpoint,
    &sql_warehouse::SqlWarehouse,
    &database_instance::DatabaseInstance,
    &postgres_endpoint::PostgresEndpoint,
    &cluster::Cluster,
    &instance_pool::InstancePool,
];

/// The wanted states that starts name; `fenced` is every kind's.
pub(crate) mod want {
    /// A job accepts as many runs at once as it did on the other side.
    pub(crate) const RUNNABLE: &str = "runnable";
    /// Those of the schedules and triggers that were on are on.
    pub(crate) const ACTIVATED: &str = "activated";
    /// A job was run once because its run was interrupted.
    pub(crate) const RAN_ONCE: &str = "ran_once";
    /// Compute is up.
    pub(crate) const RUNNING: &str = "running";
    /// A database endpoint takes connections.
    pub(crate) const ENABLED: &str = "enabled";
    /// A pool keeps as many idle instances as it did on the other side.
    pub(crate) const SIZED: &str = "sized";
    /// A pipeline processes, or has processed once.
    pub(crate) const UPDATED: &str = "updated";
}

/// A workspace as a kind reads it.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    client: &'a Client,
    pass: &'a dyn Pass,
}

impl<'a> Api<'a> {
    pub(crate) fn new(client: &'a Client, pass: &'a dyn Pass) -> Self {
        Self { client, pass }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.client.now()
    }

    /// Reads one thing; `None` if the workspace says that it does not exist.
    ///
    /// # Errors
    ///
    /// Any other fault.
    pub async fn one(&self, call: &Call) -> Result<Option<Value>, Fault> {
        match self.client.call(call, self.pass).await {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.code == codes::NOT_FOUND => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Reads a listing to its end.
    ///
    /// # Errors
    ///
    /// The first fault; never a part of a listing.
    pub async fn all(&self, call: &Call, items: &str) -> Result<Vec<Value>, Fault> {
        self.client.pages(call, items, self.pass).await
    }

    /// The same, of which only what `kept` makes of each element is kept, page by page, and of each element only its
    /// `shape` is read (S26).
    ///
    /// # Errors
    ///
    /// The first fault; never a part of a listing.
    pub async fn each<T: Send>(
        &self,
        call: &Call,
        items: &str,
        shape: Shape,
        kept: impl FnMut(Value) -> Result<T, Fault> + Send,
    ) -> Result<Vec<T>, Fault> {
        self.client.each(call, items, shape, self.pass, kept).await
    }

    async fn effect(&self, call: &Call) -> Result<Value, Fault> {
        self.client.call(call, self.pass).await
    }
}

/// One kind of resource.
///
/// What a kind must bring is what differs between kinds; `act`, `next` and `next_of_all` are the
/// same for all. Everything but `list`, `look` and `act` is pure.
#[async_trait]
pub trait Kind: Send + Sync {
    /// What the engine must know of it.
    fn info(&self) -> KindInfo;

    /// Lists all of it, whole; what starts work before the work.
    ///
    /// # Errors
    ///
    /// The first request's fault that did not succeed.
    async fn list(&self, api: &Api<'_>, looking: Looking) -> Result<Vec<Observed>, Fault>;

    /// Reads one; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// A fault that does not mean "does not exist".
    async fn look(&self, api: &Api<'_>, id: &str, looking: Looking) -> Result<Option<Observed>, Fault>;

    /// What keeps this one from processing data.
    fn fence(&self, seen: &Observed) -> Next;

    /// The same for one that a step names. What differs from [`Kind::fence`] is no processing of data,
    /// and so nothing that a sweep must wait for.
    fn fence_one(&self, seen: &Observed, _context: &Context<'_>) -> Next {
        self.fence(seen)
    }

    /// What brings this one, which exists, to the state that a start wants.
    fn start(&self, step: &Step, seen: &Observed, context: &Context<'_>) -> Next;

    /// What a checkpoint records of it.
    fn record(&self, seen: &Observed) -> Resource;

    /// What started it, see [`engine::ports::Workspace::owner`].
    fn owner(&self, _seen: &Observed) -> Option<(String, String)> {
        None
    }

    /// Who or what last changed it, and when, see [`engine::ports::Workspace::changed_by`].
    fn changed_by(&self, _seen: &Observed) -> Option<String> {
        None
    }

    /// Whether a checkpoint records it as a resource of its own, see [`engine::ports::Workspace::recorded`].
    fn recorded(&self, _seen: &Observed) -> bool {
        true
    }

    /// How a look will be after a call, see [`engine::ports::Workspace::assume`]. Only where another
    /// call follows from that.
    fn assume(&self, _seen: &Observed, _act: &Act) -> Option<Observed> {
        None
    }

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// A fault; with reaction `VerifyFirst` whenever the call may have had an effect.
    async fn act(&self, api: &Api<'_>, act: &Act) -> Result<ActReply, Fault> {
        let answer = api.effect(&Call::from_value(&act.request)?).await?;
        Ok(ActReply {
            note: act.what.clone(),
            made: facts::id(&answer, "run_id").or_else(|| facts::id(&answer, "update_id")),
        })
    }

    /// What to do about one; `None` means that it does not exist.
    fn next(&self, step: &Step, seen: Option<&Observed>, context: &Context<'_>) -> Next {
        match (step.want.as_str(), seen) {
            (FENCED, None) => verdicts::already("it does not exist"),
            (FENCED, Some(seen)) => self.fence_one(seen, context),
            (_, None) => verdicts::absent(step),
            (_, Some(seen)) => self.start(step, seen, context),
        }
    }

    /// What to do about everything that is not fenced: one call for each.
    fn next_of_all(&self, seen: &[&Observed]) -> Next {
        verdicts::summed(seen.iter().map(|one| self.fence(one)))
    }
}

/// The kind of that name.
pub(crate) fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.info().name == name)
}
