//! Checks the dry run of a plan against the deployed stack. It sends no call that changes anything, and its list has
//! the calls that the next run sends.
//!
//! The calls are counted where they arrive: at the simulated workspaces, cloud and web.

/// A pair whose plan gets a dry run, and then a run.
#[path = "dry_run/ground.rs"]
mod ground;
/// The stored record of the dry run.
#[path = "dry_run/kept.rs"]
mod kept;
/// The comparison of both.
#[path = "dry_run/promises.rs"]
mod promises;
/// Workspaces without delays.
#[path = "crash_matrix/quick.rs"]
mod quick;
