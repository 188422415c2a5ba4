//! Plays whole scenarios, one way and on journeys: each gives its golden story, and the auditor finds nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

mod journeys;
mod lacking;
mod scenarios;
