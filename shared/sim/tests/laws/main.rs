//! Tests the laws of the simulated pair over the wire.

mod access;
mod account;
mod actions;
mod apps_alerts;
mod auditing;
mod cloud;
mod comparing;
mod compute;
mod databases_search;
mod drive;
mod faults;
mod jobs;
mod region;
mod repeatable;
mod runs;
mod serving_dashboards;
mod triggers;
