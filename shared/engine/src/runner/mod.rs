//! The runner: drives one saga under a lease, until there is nothing to do for a while.
//!
//! What runs once a year is what runs every minute: a wake message, the tick and a
//! person's command all come here, and what is done follows from what is recorded.
//!
//! Three rules together keep a superseded runner harmless, since a workspace cannot
//! check our epoch: every write is conditional on the epoch ([`recorder`]); a call
//! starts only while the lease has more left than its time-out plus skew
//! ([`lease`], checked in the turnstile); a successor takes the lease only when it
//! has fully run out, skew included ([`crate::ports::Sagas::take`]).

mod asked;
mod asking;
pub(crate) mod attempt;
mod chunks;
mod drive;
mod keeping;
pub mod lease;
pub(crate) mod looker;
pub(crate) mod named;
mod orders;
mod outcome;
pub(crate) mod outside;
pub(crate) mod publication;
mod rechecks;
mod recorder;
mod run;
pub(crate) mod standing_by;
mod taking_in;

pub use asked::Asked;
pub use drive::{Driven, drive};
pub use publication::{Published, published_key};
pub use recorder::Stopped;
