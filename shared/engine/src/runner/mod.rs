//! Drives one saga under a lease, until there is nothing to do for a while.
//!
//! The same code runs every minute and in a disaster. A wake message, the tick and a person's command all call it,
//! and it acts on the record only.
//!
//! Three rules together keep a superseded runner harmless, since a workspace cannot check our epoch:
//!
//! - Every write is conditional on the epoch ([`recorder`]).
//! - A call starts only while the lease has more left than its time-out plus the skew ([`lease`], checked in the
//!   request admission).
//! - A successor takes the lease only when it has fully run out, skew included ([`crate::ports::Sagas::take`]).

mod asked;
mod asking;
pub(crate) mod attempt;
mod chunks;
mod drive;
mod driven;
pub(crate) mod external;
mod keeping;
pub mod lease;
pub(crate) mod named;
mod orders;
mod outcome;
pub(crate) mod place;
pub(crate) mod publication;
pub(crate) mod read_batcher;
mod rechecks;
mod recorder;
mod run;
pub(crate) mod standby;
mod taking_in;

pub use asked::Asked;
pub use drive::drive;
pub use driven::Driven;
pub use publication::Published;
pub use recorder::RunnerError;
