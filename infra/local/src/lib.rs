//! Runs the functions on one machine, without an AWS account.
//!
//! The functions, the AWS SDK and the Databricks client are the deployed ones. They are wired to embedded parts
//! and, in a rehearsal, to a simulated pair.
//! Law: this crate decides nothing that the functions decide. It routes only by `infra/aws/template.yaml`.

pub mod clockwork;
pub mod embedded;
pub mod file_store;
pub mod memory;
pub mod rehearsal;
pub mod stack;
