//! Checks the dry run of a plan against the deployed stack. It sends no call that changes anything, and its list has
//! the calls that the next run sends.
//!
//! The calls are counted where they arrive: at the simulated workspaces, cloud and web.

mod kept;
mod promises;
