//! The laws of the simulated pair, checked over the wire.

mod access;
mod apps_alerts;
mod auditing;
mod cloud;
mod compute;
mod drive;
mod faults;
mod jobs;
mod region;
mod repeatable;
mod runs;
mod triggers;
