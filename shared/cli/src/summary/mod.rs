//! Sums up what is recorded: of a pair in the first lines of a report, and of a saga.
//!
//! Law: it makes texts and numbers from records. It reads no store and prints nothing.

pub(crate) mod first;
pub(crate) mod saga_summary;
