//! Checks how the deployed stack behaves, each promise in a situation of its own.

mod approvals;
mod drills;
mod dry_run;
mod noticing;
mod promises;
mod rights;
mod signals;
