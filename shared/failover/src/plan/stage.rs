//! The names of the stages, in the order in which a plan has them.

use crate::checkpoint::StartStage;

/// R25, R40: people are told before a planned window.
pub const ANNOUNCE: &str = "announce";
/// R40: the window in which the saga may begin.
pub const WINDOW: &str = "window";
/// Publish the freeze.
pub const FREEZE: &str = "freeze";
/// R20, R21: block new runs and cancel active ones, resource by resource.
pub const FENCE: &str = "fence";
/// R21: stop what the work runs on. After the work, which would only start it again.
pub const STOP_COMPUTE: &str = "stop-compute";
/// R20: list again until nothing is found.
pub const SWEEP: &str = "sweep";
/// What cuts a whole workspace off, by policy.
pub const CUT_OFF: &str = "cut-off";
/// What had cut the target off is lifted.
pub const LIFT: &str = "lift";
/// R22 to R24.
pub const CONFIRM: &str = "confirm";
/// R25: the work is moving.
pub const TELL: &str = "tell";
/// R42: what was written on the side that is left has come back.
pub const CATCH_UP: &str = "catch-up";
/// R4, R32: the data's routes, and what the vendor's own recovery moves.
pub const DATA: &str = "data";
/// R26.
pub const POOLS: &str = StartStage::Pools.as_str();
/// R27.
pub const COMPUTE: &str = StartStage::Compute.as_str();
/// R28.
pub const JOBS: &str = StartStage::Jobs.as_str();
/// R31, before schedules are activated.
pub const VALIDATE: &str = "validate";
/// R29.
pub const SCHEDULES: &str = StartStage::Schedules.as_str();
/// R30.
pub const POINT: &str = "point";
/// R44: the homes are swapped.
pub const PROMOTE: &str = "promote";
/// R31, at the end.
pub const VALIDATE_AGAIN: &str = "validate-again";
/// R25, R30: the work has moved, and where to.
pub const TELL_AGAIN: &str = "tell-again";
/// R50: what a drill on the standby alone has started is stopped.
pub const PUT_BACK: &str = "put-back";
/// R50: and what it was taken from, once nothing returns to it any more.
pub const PUT_BACK_POOLS: &str = "put-back-pools";
/// R41: the standby's settings are what they were before the work came to it.
pub const RESET: &str = "reset";
/// R41, R44: the side is proved to be ready to stand by.
pub const READY: &str = "ready";
/// What only a person can carry over.
pub const BY_HAND: &str = "by-hand";
/// R43: what was learned is on record.
pub const LESSONS: &str = "lessons";
