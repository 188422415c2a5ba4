//! Support for the tests that play on the deployed stack: pairs, people, faults, judges.
//!
//! Law: a test does only what a person or the cloud could do, and its results come from the record, from the simulated
//! surroundings, or from the boundaries that were crossed. The feature `mutants` switches guards off, so a build
//! without tests has nothing of this.

#![cfg(feature = "mutants")]
#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

pub mod browser;
pub mod calls;
pub mod content;
pub mod pair;
pub mod parts;
pub mod people;
pub mod points;
pub mod question;
pub mod quick;
pub mod record;
pub mod redo;
pub mod scripts;
pub mod story;
pub mod watched;
