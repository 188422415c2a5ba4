//! The wanted states that starts name. Every kind also has the wanted state `fenced`.

/// A job accepts as many runs at once as it did on the other side.
pub(super) const RUNNABLE: &str = "runnable";
/// The schedules and triggers that were on are on.
pub(super) const ACTIVATED: &str = "activated";
/// A job was run once because its run was interrupted.
pub(super) const RAN_ONCE: &str = "ran_once";
/// Compute is up.
pub(super) const RUNNING: &str = "running";
/// A database endpoint takes connections.
pub(super) const ENABLED: &str = "enabled";
/// A pool keeps as many idle instances as it did on the other side.
pub(super) const SIZED: &str = "sized";
/// A pipeline processes, or has processed once.
pub(super) const UPDATED: &str = "updated";
