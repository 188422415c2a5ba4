//! Drills: those that are due are held, a full one is seen through, and what became of each is written down
//! and told (R50).
//!
//! | who | what |
//! |---|---|
//! | [`crate::start::start`] | writes a full drill into the pair's head together with its way out |
//! | [`tend`] | watches its alarms, begins its way back, and writes down how it ended; once a minute |
//! | [`turn_back`] | ends it before its time, as an alarm would |
//! | [`dry_drill`], [`keep_dry_run`] | goes through the plan of a full drill without an effect, and keeps that |
//! | [`scheduled::round`] | holds what is due by its schedule, follows it, and writes down what was missed; every quarter of an hour |
//! | [`book`] | the results of all drills, each told once |

pub mod book;
mod dry;
mod following;
pub mod scheduled;
mod standings;
mod tend;

pub use book::{DrillOutcome, DrillResult, results, tell_untold, write_down};
pub use dry::{NoDryRun, dry_drill, dry_run_key, keep_dry_run};
pub use tend::{Tended, standing, tend, turn_back};
