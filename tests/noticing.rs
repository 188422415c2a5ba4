//! Checks the way from signals to a question, and from an answer to a saga: who is asked when, which steps come
//! before an answer, and which effects signals alone never have (S17).

/// Questions: the people who get a link, and the times.
#[path = "noticing/asking.rs"]
mod asking;
/// A pair for tests.
#[path = "guards/ground.rs"]
#[allow(dead_code, reason = "other plays need more of it")]
mod ground;
/// Lessons that people still have to record keep nobody waiting.
#[path = "noticing/lessons.rs"]
mod lessons;
/// The actions that a policy allows without a person.
#[path = "noticing/policies.rs"]
mod policies;
/// After a promotion the roles are those of the record.
#[path = "noticing/promoted.rs"]
mod promoted;
/// There is one proposal, whichever process judges and dies.
#[path = "noticing/proposals.rs"]
mod proposals;
/// Workspaces without delays.
#[path = "crash_matrix/quick.rs"]
mod quick;
/// Signals about the pair in these tests.
#[path = "noticing/said.rs"]
mod said;
/// The checkpoints and lags that are stored for the loss of a side.
#[path = "noticing/syncing.rs"]
mod syncing;
