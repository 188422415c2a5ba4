//! Starts a saga: reads the sides, plans, freezes the plan, takes the pair.

mod beginning;
mod drafting;
mod free;
mod homecoming;
mod order;
mod refusals;

pub use beginning::start;
pub use drafting::{Draft, draft};
pub use order::Order;
pub use refusals::{OrderError, StartError};
