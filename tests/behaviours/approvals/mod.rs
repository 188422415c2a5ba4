//! Checks approval links and their pages, through the function that serves them (R15, S11, S23).
//!
//! Every request goes through `Stack::request`, like one from a browser, a scanner or an attacker. The results are
//! read from the record, and from the messages that were published for people.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

mod answers;
mod forged;
mod proofs;
mod robots;
