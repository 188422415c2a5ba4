//! Drills that are held by themselves: once a period, in their windows, or missed and told (R50).

/// What is due, and when.
#[path = "drills/due.rs"]
mod due;
/// Whoever dies, a period has one drill.
#[path = "drills/dying.rs"]
mod dying;
/// A pair to play with.
#[path = "guards/ground.rs"]
#[allow(dead_code, reason = "other plays need more of it")]
mod ground;
/// The scripts' quick workspaces.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// Schedules, what is said meanwhile, and what became of them.
#[path = "drills/timetable.rs"]
mod timetable;
