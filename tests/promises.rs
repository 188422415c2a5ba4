//! Promises that no scenario shows by itself, each in a situation of its own: what a dying
//! order leaves behind, how long a saga stays without a runner, what doubt does, what a
//! poisoned step holds up, and what an idle tick costs.

/// What is said of a pair after an abort.
#[path = "promises/aborting.rs"]
mod aborting;
/// What people order of a saga under way.
#[path = "promises/controls.rs"]
mod controls;
/// The same while somebody dies.
#[path = "promises/dying_controls.rs"]
mod dying_controls;
/// Evidence that is not to be had.
#[path = "promises/evidence.rs"]
mod evidence;
/// A pair to play with.
#[path = "guards/ground.rs"]
mod ground;
/// Stops that never end, and what is started again while it is stopped.
#[path = "promises/long_stops.rs"]
mod long_stops;
/// Orders and answers that die half-way.
#[path = "promises/orders.rs"]
mod orders;
/// What happens when nobody or nothing fails but one thing.
#[path = "promises/pace.rs"]
mod pace;
/// The scripts' quick workspaces.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// A side that refuses, or asks to be left alone.
#[path = "promises/refusals.rs"]
mod refusals;
/// Sizes that a workspace may have.
#[path = "promises/sizes.rs"]
mod sizes;
