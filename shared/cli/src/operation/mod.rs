//! Carries out an operation: makes the plan of an order, starts its saga, and drives it.

pub(crate) mod drive;
pub(crate) mod dry_run;
pub(crate) mod full_drill;
pub(crate) mod moving;
pub(crate) mod order;
