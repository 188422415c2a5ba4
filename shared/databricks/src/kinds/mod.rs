//! The kinds of resources, one file each, and the one list of them.
//!
//! Law: a kind reads with requests that change nothing. Pure functions judge what was read. A kind makes a
//! call only through an [`ApiCall`](engine::ports::ApiCall) that the engine decided to carry out. A new kind is one
//! file and one line in [`KINDS`]. The conformance suite runs over the list.
//! Must not know: sagas, limits, credentials.

mod alert;
mod api;
mod app;
mod cluster;
mod dashboard_schedule;
mod database_instance;
pub(crate) mod facts;
mod instance_pool;
mod job;
mod job_assumed;
mod job_facts;
mod job_record;
mod job_run;
mod kind;
mod legacy_schedules;
mod names;
mod pipeline;
mod postgres_endpoint;
mod run;
mod serving_endpoint;
mod sql_warehouse;
mod triggers;
mod vector_search_endpoint;
mod verdicts;
mod want;

pub use api::Api;
pub use kind::Kind;

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

/// The kind of this name; `None` if there is none.
pub(crate) fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.info().name == name)
}
