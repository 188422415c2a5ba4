//! The names of kinds that other kinds mention, so that a kind need not know another one.

/// An all-purpose cluster, or a cluster that a job still has.
pub(super) const CLUSTER: &str = "cluster";
/// A saved job.
pub(super) const JOB: &str = "job";
/// A run that is made on a target.
pub(super) const JOB_RUN: &str = "job_run";
/// A pipeline.
pub(super) const PIPELINE: &str = "pipeline";
/// A SQL warehouse.
pub(super) const SQL_WAREHOUSE: &str = "sql_warehouse";
