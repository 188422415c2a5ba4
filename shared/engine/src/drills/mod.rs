//! Runs the drills that are due, follows a full one to its end, and records and reports the result of each (R50).
//!
//! | part | task |
//! |---|---|
//! | [`crate::start::start`] | writes a full drill into the pair's head together with its way out |
//! | [`tend`] | checks its alarms, begins its way back, and records how it ended; once a minute |
//! | [`turn_back`] | ends it before its time, as an alarm would |
//! | [`dry_drill`], [`keep_dry_run`] | makes the plan of a full drill and dry-runs it; stores the result |
//! | [`scheduled::round`] | begins each due drill, follows it, and records the missed ones; every quarter of an hour |
//! | [`book`] | has the results of all drills, each reported once |

pub mod book;
mod dry;
mod following;
mod reconcile;
pub mod scheduled;
mod statuses;

pub use book::{DrillOutcome, DrillResult, results, tell_untold, write_down};
pub use dry::{DryDrillError, dry_drill, keep_dry_run};
pub use reconcile::{Reconciled, reconcile, status, turn_back};
