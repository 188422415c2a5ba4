//! Detects trouble of a pair: ingests signals, polls, gives the verdict, proposes, and notifies people (R10 to R14).
//!
//! Signals are only ingested here. Once a minute the verdict is given over all of them. Everything that the policy
//! allows is done by the same use cases that a person's command calls.

mod case;
mod channels;
mod freezing;
mod giving_way;
mod hearing;
mod judging;
mod looking;
mod making_room;
mod normal;
mod proposing;
mod telling;
mod watch_record;

pub use case::case_of;
pub use freezing::{PairDecision, acknowledge, decisions, freeze, thaw};
pub use hearing::hear;
pub use judging::{Noticed, judge};
pub use looking::{Looked, look};
pub use telling::Notice;
pub(crate) use telling::tell_everybody;
pub use watch_record::{WatchRecord, last_verdict};
