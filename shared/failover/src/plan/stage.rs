//! The names of the stages, in the order in which a plan has them.

use crate::checkpoint::StartStage;

/// R25, R40: people get a message before a planned window.
pub const ANNOUNCE: &str = "announce";
/// R40: the window in which the saga may begin.
pub const WINDOW: &str = "window";
/// The publication says that deployments are frozen.
pub const FREEZE: &str = "freeze";
/// R20, R21: new runs are blocked and active ones are cancelled, resource by resource.
pub const FENCE: &str = "fence";
/// R21: the compute of the work is stopped. This comes after the work, which would only start it again.
pub const STOP_COMPUTE: &str = "stop-compute";
/// R20: everything is listed again until nothing is found.
pub const SWEEP: &str = "sweep";
/// The whole leaving side is isolated, as the team has declared.
pub const ISOLATE: &str = "isolate";
/// The target is readmitted, if it was isolated.
pub const READMIT: &str = "readmit";
/// R22 to R24: the target is confirmed to be ready for the work.
pub const CONFIRM: &str = "confirm";
/// R25: people get a message that the work is moving.
pub const NOTIFY: &str = "notify";
/// R42: data that was written on the leaving side has come back.
pub const CATCH_UP: &str = "catch-up";
/// R4, R32: the routes of the data, and the vendor's own recovery.
pub const DATA: &str = "data";
/// R26: pools are started.
pub const POOLS: &str = StartStage::Pools.as_str();
/// R27: compute is started.
pub const COMPUTE: &str = StartStage::Compute.as_str();
/// R28: limits of jobs are set back, and the chosen jobs are run.
pub const JOBS: &str = StartStage::Jobs.as_str();
/// R31: the target is validated before schedules are activated.
pub const VALIDATE: &str = "validate";
/// R29: schedules are activated.
pub const SCHEDULES: &str = StartStage::Schedules.as_str();
/// R30: the new active side is published, and endpoints are pointed at it.
pub const REPOINT: &str = "repoint";
/// R44: the roles of the two sides are swapped.
pub const PROMOTE: &str = "promote";
/// R31: the target is validated at the end.
pub const VALIDATE_AGAIN: &str = "validate-again";
/// R25, R30: people get a message that the work has moved, with the new address.
pub const NOTIFY_AGAIN: &str = "notify-again";
/// R50: compute that a drill on the standby alone has started is stopped.
pub const PUT_BACK: &str = "put-back";
/// R50: the pools of that compute are put back, after nothing returns to them any more.
pub const PUT_BACK_POOLS: &str = "put-back-pools";
/// R41: the standby has the settings that it had before the work came to it.
pub const RESET: &str = "reset";
/// R41, R44: the side is proved to be ready to stand by.
pub const READY: &str = "ready";
/// Resources that only a person can carry over.
pub const MANUAL: &str = "manual";
/// R43: a lesson is on record.
pub const LESSONS: &str = "lessons";

/// Whether a stage publishes the new active side. Plans below version 3 have the name `point` for it (S22).
pub fn repoints(name: &str) -> bool {
    name == REPOINT || name == "point"
}
