//! The contracts of the ports that `aws` carries out, over the embedded parts.
//!
//! One suite per port, each over memory, a file, and a file that is opened again
//! at every step. A guard of the store that can be taken away is shown to matter:
//! without it the check that stands for it fails, with the sentence expected.

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
mod steps_and_log;
mod waker;
mod wire;
