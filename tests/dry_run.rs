//! The dry run of a plan against the deployed stack: it sends no call that changes anything, and its
//! list is what the run that follows sends.
//!
//! Proved where the calls arrive: at the simulated workspaces, cloud and web.

/// A pair whose plan is dry-run, then run.
#[path = "dry_run/ground.rs"]
mod ground;
/// What is kept of the run.
#[path = "dry_run/kept.rs"]
mod kept;
/// The comparison.
#[path = "dry_run/promises.rs"]
mod promises;
/// The scripts' quick workspaces.
#[path = "crash_matrix/quick.rs"]
mod quick;
