//! From signals to a question, and from an answer to a saga: who is asked when, what is done
//! before anybody answers, and what is never done by signals alone (S17).

/// Questions: who gets a link, and when again.
#[path = "noticing/asking.rs"]
mod asking;
/// A pair to play with.
#[path = "guards/ground.rs"]
#[allow(dead_code, reason = "other plays need more of it")]
mod ground;
/// What people have still to write down keeps nobody waiting.
#[path = "noticing/lessons.rs"]
mod lessons;
/// What the policy lets Switchback do by itself.
#[path = "noticing/policies.rs"]
mod policies;
/// After a promotion the roles are those of the record.
#[path = "noticing/promoted.rs"]
mod promoted;
/// One proposal, whoever judges and dies.
#[path = "noticing/proposals.rs"]
mod proposals;
/// The scripts' quick workspaces.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// What is said of the pair in these tests.
#[path = "noticing/said.rs"]
mod said;
/// What is kept for the day on which a side is lost.
#[path = "noticing/syncing.rs"]
mod syncing;
