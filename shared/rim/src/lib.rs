//! What everything that runs shares: configuration, the environment, the clock,
//! logs, and turning what went wrong into an answer.
//!
//! Its law: the only crate that reads the environment. It must not decide
//! anything about a failover.

pub mod advice;
pub mod boot;
pub mod clock;
pub mod config;
pub mod deployed;
pub mod environment;
pub mod errands;
pub mod metrics;
pub mod problem;
pub mod telemetry;

pub use clock::SystemClock;
pub use config::Checked;
pub use problem::{Exit, Problem};
