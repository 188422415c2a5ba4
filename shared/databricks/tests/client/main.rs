//! Tests the client and the kinds against answers written by hand: those that the simulated pair does not
//! give, and those that must be proven to the single request.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod apps_alerts;
mod big_listing;
mod canned;
mod changes;
mod cluster_pins;
mod databases_search;
mod judgments;
mod listings;
mod probes;
mod sending;
mod serving_dashboards;
mod sign_in;
