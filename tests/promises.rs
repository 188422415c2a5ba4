//! Checks promises that no scenario shows, each in a situation of its own: the remains of an order that died, the
//! time that a saga has no runner, the effect of doubt, the reach of a poisoned step, the cost of an idle tick.

/// The status of a pair after an abort.
#[path = "promises/aborting.rs"]
mod aborting;
/// Orders of people on a saga under way.
#[path = "promises/controls.rs"]
mod controls;
/// The same orders while a process dies.
#[path = "promises/dying_controls.rs"]
mod dying_controls;
/// Evidence that cannot be made.
#[path = "promises/evidence.rs"]
mod evidence;
/// A pair for tests.
#[path = "guards/ground.rs"]
mod ground;
/// Stops that never end, and compute that is started again while it is stopped.
#[path = "promises/long_stops.rs"]
mod long_stops;
/// Orders and answers that die half-way.
#[path = "promises/orders.rs"]
mod orders;
/// Pace: one fault at a time, or none.
#[path = "promises/pace.rs"]
mod pace;
/// Workspaces without delays.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// A side that refuses, or asks for a pause.
#[path = "promises/refusals.rs"]
mod refusals;
/// Sizes that a workspace may have.
#[path = "promises/sizes.rs"]
mod sizes;
