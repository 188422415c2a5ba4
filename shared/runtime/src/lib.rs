//! Gives every program its configuration, environment, clock and logs, and turns faults into answers.
//!
//! Law: no other crate reads the environment. This crate must not decide anything about a failover.

pub mod actions;
pub mod advice;
pub mod boot;
pub mod clock;
pub mod config;
pub mod deployed;
pub mod environment;
pub mod metrics;
pub mod problem;
pub mod telemetry;

pub use clock::SystemClock;
pub use config::Checked;
pub use problem::{Exit, Problem};
