//! Approval links and their pages, through the function that serves them (R15, S11, S23).
//!
//! Everything goes through `Stack::request`, as a browser, a scanner or an attacker would come; what
//! came of it is read from the record and from what was published for people.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

/// People answer.
#[path = "approvals/answers.rs"]
mod answers;
/// A browser.
#[path = "approvals/browsing.rs"]
mod browsing;
/// Tokens that are none of ours.
#[path = "approvals/forged.rs"]
mod forged;
/// A pair with a question.
#[path = "approvals/ground.rs"]
mod ground;
/// Answers count with their proof.
#[path = "approvals/proofs.rs"]
mod proofs;
/// Workspaces that are quick.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// Programs open links, too.
#[path = "approvals/robots.rs"]
mod robots;
