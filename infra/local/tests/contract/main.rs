//! The contracts of the ports that `aws` carries out over the embedded parts, and `local` in memory.
//!
//! One suite per port and one for all: DynamoDB by the SDK in memory, on a file, and on a file that is opened
//! again at every step; and the store in memory. A guard of a store that can be taken away is shown to matter in
//! each implementation: without it the check that stands for it fails, with the sentence expected.

#![allow(clippy::unwrap_used, reason = "everything here is a test, also outside test functions")]

#[macro_use]
mod ground;
mod asks;
mod controls;
mod errands;
mod files;
mod health;
mod looking;
mod objects;
mod own_estate;
mod pairs;
mod sagas;
mod signals;
mod sizes;
mod steps_and_log;
mod waker;
mod wire;
