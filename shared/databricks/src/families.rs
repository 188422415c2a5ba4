//! The API families: groups of requests that the limiter counts together.
//!
//! Law: there is one visible list, and every request names one family of it.
//! Must not know: how the limiter works.

/// A group of requests that share one rate limit of a workspace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    /// Name of the family, e.g. `jobs.run`.
    pub name: &'static str,
    /// The published limit in requests per second and workspace; `None` if the vendor publishes none.
    pub per_second: Option<f64>,
}

const fn unpublished(name: &'static str) -> Family {
    Family { name, per_second: None }
}

const fn published(name: &'static str, per_second: f64) -> Family {
    Family { name, per_second: Some(per_second) }
}

/// Every family.
///
/// The published limits are in [docs: resources/limits]: run-now 20 per second, runs/get 100 per second,
/// permissions GET 100 per second, workspace SCIM GET 255 per minute. The vendor publishes no limit for the
/// others. A pool is read in the family of the listing of pools, because there are few such reads.
pub const FAMILIES: &[Family] = &[
    unpublished("jobs.list"),
    unpublished("jobs.get"),
    unpublished("jobs.update"),
    published("jobs.run", 20.0),
    unpublished("runs.list"),
    published("runs.get", 100.0),
    unpublished("runs.cancel"),
    unpublished("clusters.list"),
    unpublished("clusters.get"),
    unpublished("clusters.edit"),
    unpublished("clusters.start"),
    unpublished("clusters.delete"),
    unpublished("pools.list"),
    unpublished("pools.edit"),
    unpublished("warehouses.list"),
    unpublished("warehouses.get"),
    unpublished("warehouses.state"),
    unpublished("pipelines.list"),
    unpublished("pipelines.get"),
    unpublished("pipelines.state"),
    unpublished("apps.list"),
    unpublished("apps.get"),
    unpublished("apps.state"),
    unpublished("alerts.list"),
    unpublished("alerts.get"),
    unpublished("alerts.update"),
    unpublished("serving.list"),
    unpublished("serving.get"),
    unpublished("serving.state"),
    unpublished("dashboards.list"),
    unpublished("dashboard_schedules.list"),
    unpublished("dashboard_schedules.get"),
    unpublished("dashboard_schedules.update"),
    unpublished("search.list"),
    unpublished("search.get"),
    unpublished("search.state"),
    unpublished("databases.list"),
    unpublished("databases.get"),
    unpublished("databases.update"),
    unpublished("postgres.list"),
    unpublished("postgres.get"),
    unpublished("postgres.update"),
    unpublished("legacy.list"),
    unpublished("statements.run"),
    unpublished("statements.get"),
    published("permissions", 100.0),
    unpublished("access_lists.get"),
    unpublished("access_lists.update"),
    unpublished("api"),
    unpublished("networks.get"),
    unpublished("networks.update"),
    unpublished("assignments.get"),
    unpublished("assignments.update"),
    unpublished("recovery.get"),
    unpublished("recovery.failover"),
    unpublished("metastores.get"),
    published("scim", 4.25),
    unpublished("oidc"),
];
