//! Checks how the deployed stack behaves, each promise in a situation of its own.

mod approvals;
mod detection;
mod drills;
mod dry_run;
mod promises;
mod rights;
mod signals;
