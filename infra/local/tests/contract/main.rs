//! Checks the contracts of the ports that `aws` implements over the embedded parts, and `local` in memory.
//!
//! There is one suite per port. Each runs on DynamoDB by the SDK in memory, on a file, and on a file that is opened
//! again at every step, and on the store in memory. Each guard of a store can be taken away. Then the check that
//! stands for the guard must fail in each implementation, with the expected sentence.

#![allow(clippy::unwrap_used, reason = "everything here is a test, also outside test functions")]

#[macro_use]
mod ground;
mod actions;
mod approval_requests;
mod controls;
mod files;
mod health;
mod objects;
mod own_estate;
mod pairs;
mod reading;
mod sagas;
mod signals;
mod sizes;
mod steps_and_log;
mod waker;
mod wire;
