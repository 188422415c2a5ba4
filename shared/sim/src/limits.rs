//! Limits requests with one token bucket per workspace and API family.
//!
//! Law: a bucket holds at most `burst_s` seconds of its rate, and fills evenly.
//! Must not know: what a family's calls do.
//!
//! Source of the figures: [docs: resources/limits] publishes run-now 20/s, runs/submit 35/s,
//! runs/get 100/s, permissions GET 100/s and jobs/create 20/s per workspace. The others have no
//! published figure. Their values here are a choice.

use std::collections::BTreeMap;

/// Every API family that is limited and counted on its own.
pub const FAMILIES: [&str; 52] = [
    "jobs.list",
    "jobs.get",
    "jobs.update",
    "jobs.run",
    "runs.list",
    "runs.get",
    "runs.cancel",
    "clusters.list",
    "clusters.get",
    "clusters.edit",
    "clusters.start",
    "clusters.delete",
    "pools.list",
    "pools.edit",
    "warehouses.list",
    "warehouses.get",
    "warehouses.state",
    "pipelines.list",
    "pipelines.get",
    "pipelines.state",
    "apps.list",
    "apps.get",
    "apps.state",
    "alerts.list",
    "alerts.get",
    "alerts.update",
    "serving.list",
    "serving.get",
    "serving.state",
    "dashboards.list",
    "dashboard_schedules.list",
    "dashboard_schedules.get",
    "dashboard_schedules.update",
    "search.list",
    "search.get",
    "search.state",
    "databases.list",
    "databases.get",
    "databases.update",
    "postgres.list",
    "postgres.get",
    "postgres.update",
    "legacy.list",
    "legacy.get",
    "statements.run",
    "statements.get",
    "permissions",
    "access_lists.get",
    "access_lists.update",
    "metastores.get",
    "scim",
    "oidc",
];

/// Rates per family. They are the same for both sides, and each side is counted separately.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Whether the limits are on. If they are off, only a `Throttle` fault answers 429.
    pub on: bool,
    /// Requests per second by family. A family that is missing has no limit.
    pub per_second: BTreeMap<&'static str, f64>,
    /// Seconds of the rate that a full bucket holds.
    pub burst_s: f64,
    /// Whether a 429 carries `Retry-After` (whole seconds). The vendor does not promise it. Its
    /// SDKs read it [py-sdk: retries.py].
    pub retry_after: bool,
}

impl Default for Limits {
    fn default() -> Self {
        let per_second = FAMILIES.iter().map(|family| (*family, usual_rate(family)));
        Limits { on: true, per_second: per_second.collect(), burst_s: 1.0, retry_after: true }
    }
}

impl Limits {
    /// No limits at all.
    #[must_use]
    pub fn off() -> Self {
        Limits { on: false, ..Limits::default() }
    }

    /// The rate of a family in requests per second, if it has one.
    #[must_use]
    pub fn rate(&self, family: &str) -> Option<f64> {
        self.per_second.get(family).copied()
    }
}

fn usual_rate(family: &str) -> f64 {
    match family {
        "runs.get" | "permissions" => 100.0,
        "jobs.update"
        | "jobs.run"
        | "runs.cancel"
        | "clusters.edit"
        | "clusters.start"
        | "clusters.delete"
        | "pools.edit"
        | "warehouses.state"
        | "pipelines.state"
        | "apps.state"
        | "alerts.update"
        | "serving.state"
        | "dashboard_schedules.update"
        | "search.state"
        | "databases.update"
        | "postgres.update" => 20.0,
        // [py-sdk: sql.QueriesAPI.list] warns of ten calls at once.
        "legacy.list" => 9.0,
        _ => 30.0,
    }
}

/// The buckets of one side.
#[derive(Debug, Default)]
pub(crate) struct Buckets {
    by_family: BTreeMap<&'static str, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at_ms: i64,
}

impl Buckets {
    /// Takes one token of the family. The error is the number of milliseconds until there is one.
    pub(crate) fn take(&mut self, now_ms: i64, family: &'static str, rate: f64, burst_s: f64) -> Result<(), u64> {
        let full = (rate * burst_s).max(1.0);
        let bucket = self.by_family.entry(family).or_insert(Bucket { tokens: full, at_ms: now_ms });
        let passed_ms = (now_ms - bucket.at_ms).max(0);
        bucket.tokens = (bucket.tokens + rate * passed_ms as f64 / 1000.0).min(full);
        bucket.at_ms = bucket.at_ms.max(now_ms);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.tokens) / rate.max(0.001) * 1000.0).ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_gives_one_second_of_its_rate_and_then_refuses() {
        let mut buckets = Buckets::default();
        let mut given = 0;
        while buckets.take(0, "jobs.run", 20.0, 1.0).is_ok() {
            given += 1;
        }
        assert_eq!(given, 20);
        assert_eq!(buckets.take(0, "jobs.run", 20.0, 1.0), Err(50));
        assert_eq!(buckets.take(50, "jobs.run", 20.0, 1.0), Ok(()));
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let mut buckets = Buckets::default();
        assert!(buckets.take(0, "runs.get", 10.0, 1.0).is_ok());
        let given = (0..100).filter(|_| buckets.take(3_600_000, "runs.get", 10.0, 1.0).is_ok()).count();
        assert_eq!(given, 10);
    }

    #[test]
    fn every_family_has_a_default_rate() {
        let limits = Limits::default();
        assert!(FAMILIES.iter().all(|family| limits.rate(family).is_some()));
    }
}
