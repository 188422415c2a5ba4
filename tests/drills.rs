//! Checks drills that begin by themselves: once a period, in their windows, or missed and reported (R50).

/// Drills that are due, and their times.
#[path = "drills/due.rs"]
mod due;
/// A period has one drill, whichever process dies.
#[path = "drills/dying.rs"]
mod dying;
/// A pair for tests.
#[path = "guards/ground.rs"]
#[allow(dead_code, reason = "other plays need more of it")]
mod ground;
/// Workspaces without delays.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// Schedules, signals during a drill, and the results.
#[path = "drills/timetable.rs"]
mod timetable;
