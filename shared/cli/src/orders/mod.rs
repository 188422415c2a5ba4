//! Gives orders to a saga that is under way.

pub(crate) mod control;
pub(crate) mod step;
