//! Detects trouble of a pair: ingests signals, polls, gives the verdict, proposes, and notifies people (R10 to R14).
//!
//! Signals are only ingested here. Once a minute the verdict is given over all of them. Everything that the policy
//! allows is done by the same use cases that a person's command calls.

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
