//! Checks approval links and their pages, through the function that serves them (R15, S11, S23).
//!
//! Every request goes through `Stack::request`, like one from a browser, a scanner or an attacker. The results are
//! read from the record, and from the messages that were published for people.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

/// Answers of people.
#[path = "approvals/answers.rs"]
mod answers;
/// A browser.
#[path = "approvals/browsing.rs"]
mod browsing;
/// Forged tokens.
#[path = "approvals/forged.rs"]
mod forged;
/// A pair with a question.
#[path = "approvals/ground.rs"]
mod ground;
/// Answers with and without their proof.
#[path = "approvals/proofs.rs"]
mod proofs;
/// Workspaces without delays.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// Programs that open links.
#[path = "approvals/robots.rs"]
mod robots;
