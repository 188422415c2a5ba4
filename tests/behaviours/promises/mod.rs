//! Checks promises that no scenario shows, each in a situation of its own: the remains of an order that died, the
//! time that a saga has no runner, the effect of doubt, the reach of a poisoned step, the cost of an idle tick.

mod aborting;
mod controls;
mod dying_controls;
mod evidence;
mod foreign;
mod long_stops;
mod orders;
mod pace;
mod refusals;
mod sizes;
