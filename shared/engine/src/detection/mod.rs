//! Detects trouble of a pair: ingests signals, polls, gives the verdict, proposes, and notifies people (R10 to R14).
//!
//! Signals are only ingested here. Once a minute the verdict is given over all of them. Everything that the policy
//! allows is done by the same use cases that a person's command calls.

mod baselines;
mod case;
mod channels;
mod evaluate;
mod giving_way;
mod ingest;
mod notify;
mod pausing;
mod poll;
mod preempt;
mod propose;
mod watch_record;

pub use case::case_of;
pub use evaluate::{Evaluated, evaluate};
pub use ingest::ingest;
pub use notify::Notice;
pub(crate) use notify::notify_everybody;
pub use pausing::{PairDecision, acknowledge, decisions, freeze, thaw};
pub use poll::{Polled, poll};
pub use watch_record::{WatchRecord, last_verdict};
