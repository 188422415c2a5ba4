//! The kinds of resources, one file each, and the one list of them.
//!
//! Law: a kind reads with requests that change nothing. Pure functions judge what was read. A kind makes a
//! call only through an [`Act`] that the engine decided to carry out. A new kind is one file and one line in
//! [`KINDS`]. The conformance suite runs over the list.
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

/// Every kind, in the order of fencing. First come the kinds that start work, then the work itself, then the
/// compute that the work runs on. A run would only start fenced compute again.
///
/// A fenced kind is settled only when nothing before it in the list is open. So a kind comes after all kinds
/// that may start it. Apps run jobs that they were given [py-sdk: apps.AppResourceJob], and nothing of the
/// list is known to start an app. A task of a job may evaluate an alert [py-sdk: jobs.AlertTask]. The query
/// of an alert may refresh the result of a pipeline, and starts a warehouse. The schedule of a dashboard is
/// like an alert. An endpoint that serves an agent may query a warehouse. A vector-search endpoint keeps the
/// pipelines of its indexes running. Apps, jobs and pipelines connect to databases.
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

/// The wanted states that starts name. Every kind also has the wanted state `fenced`.
pub(crate) mod want {
    /// A job accepts as many runs at once as it did on the other side.
    pub(crate) const RUNNABLE: &str = "runnable";
    /// The schedules and triggers that were on are on.
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

    /// The time on the client's clock.
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
    /// The first fault. A part of a listing is never returned.
    pub async fn all(&self, call: &Call, items: &str) -> Result<Vec<Value>, Fault> {
        self.client.pages(call, items, self.pass).await
    }

    /// Reads a listing page by page, but keeps only the result of `kept` for each element. Only the members
    /// of `shape` are read from an element (S26).
    ///
    /// # Errors
    ///
    /// The first fault. A part of a listing is never returned.
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
/// A kind implements the parts that differ between kinds. `next` and `next_of_all` are the same for all
/// kinds, and `act` is the same for most. Everything but `list`, `look` and `act` is pure.
#[async_trait]
pub trait Kind: Send + Sync {
    /// The facts that the engine needs about the kind.
    fn info(&self) -> KindInfo;

    /// Lists every resource of the kind. Resources that start work are read before the work.
    ///
    /// # Errors
    ///
    /// The fault of the first request that did not succeed.
    async fn list(&self, api: &Api<'_>, looking: Looking) -> Result<Vec<Observed>, Fault>;

    /// Reads one resource; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// A fault that does not mean "does not exist".
    async fn look(&self, api: &Api<'_>, id: &str, looking: Looking) -> Result<Option<Observed>, Fault>;

    /// Decides how this resource is kept from processing data.
    fn fence(&self, seen: &Observed) -> Next;

    /// Decides the same for a resource that a step names. It may differ from [`Kind::fence`] only in calls
    /// that stop no processing of data, so a sweep need not wait for them.
    fn fence_one(&self, seen: &Observed, _context: &Context<'_>) -> Next {
        self.fence(seen)
    }

    /// Decides how this resource, which exists, is brought to the state that a start wants.
    fn start(&self, step: &Step, seen: &Observed, context: &Context<'_>) -> Next;

    /// Makes the record of a resource for a checkpoint.
    fn record(&self, seen: &Observed) -> Resource;

    /// The kind and the id of the resource that started it, see [`engine::ports::Workspace::owner`].
    fn owner(&self, _seen: &Observed) -> Option<(String, String)> {
        None
    }

    /// Says who or what last changed it, and when; see [`engine::ports::Workspace::changed_by`].
    fn changed_by(&self, _seen: &Observed) -> Option<String> {
        None
    }

    /// Whether a checkpoint records it as a resource of its own, see [`engine::ports::Workspace::recorded`].
    fn recorded(&self, _seen: &Observed) -> bool {
        true
    }

    /// Foresees how a resource is read after a call, see [`engine::ports::Workspace::assume`]. A kind has
    /// this only if another call follows from the result.
    fn assume(&self, _seen: &Observed, _act: &Act) -> Option<Observed> {
        None
    }

    /// Makes one call.
    ///
    /// # Errors
    ///
    /// A fault. Its reaction is `VerifyFirst` whenever the call may have had its effect.
    async fn act(&self, api: &Api<'_>, act: &Act) -> Result<ActReply, Fault> {
        let answer = api.effect(&Call::from_value(&act.request)?).await?;
        Ok(ActReply {
            note: act.what.clone(),
            made: facts::id(&answer, "run_id").or_else(|| facts::id(&answer, "update_id")),
        })
    }

    /// Decides what to do about one resource; `None` means that it does not exist.
    fn next(&self, step: &Step, seen: Option<&Observed>, context: &Context<'_>) -> Next {
        match (step.want.as_str(), seen) {
            (FENCED, None) => verdicts::already("it does not exist"),
            (FENCED, Some(seen)) => self.fence_one(seen, context),
            (_, None) => verdicts::absent(step),
            (_, Some(seen)) => self.start(step, seen, context),
        }
    }

    /// Decides what to do about all resources that are not fenced, with the calls for each.
    fn next_of_all(&self, seen: &[&Observed]) -> Next {
        verdicts::summed(seen.iter().map(|one| self.fence(one)))
    }
}

/// The kind of this name; `None` if there is none.
pub(crate) fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.info().name == name)
}
