//! Noticing: what is said of the pair's health, what it adds up to, and what is done about it (R10 to R14).
//!
//! Signals are only taken in here; once a minute the verdict is given over all of them. Whatever the
//! policy allows is done by the same use cases that a person's command calls.

mod channels;
mod freezing;
mod hearing;
mod judging;
mod looking;
mod making_room;
mod normal;
mod proposing;
mod telling;

pub use freezing::{PairDecision, acknowledge, decisions, freeze, thaw};
pub use hearing::hear;
pub use judging::{Noticed, WatchRecord, case_of, judge, last_verdict};
pub use looking::{Looked, look};
pub use telling::Notice;
pub(crate) use telling::tell_everybody;
