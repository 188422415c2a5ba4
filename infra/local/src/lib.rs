//! The functions on one machine, without an account.
//!
//! The deployed functions, the real AWS SDK and the real Databricks client, wired
//! to embedded parts and, for rehearsals, to a simulated pair. Its law: it decides
//! nothing that the functions decide, and routes by nothing but `infra/aws/template.yaml`.

pub mod clockwork;
pub mod embedded;
pub mod file_store;
pub mod memory;
pub mod rehearsal;
pub mod stack;
