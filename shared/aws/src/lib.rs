//! Speaks to AWS: the saga table in DynamoDB, objects in S3, wake messages on SNS.
//!
//! The only crate that names `aws_sdk_*`. It carries out the ports of `engine`
//! and must not know what a failover is beyond the types they carry. It uses data
//! planes only (S20): nothing here creates, changes or removes an AWS resource.
//!
//! Repeating a request that got no answer is left to the SDK (three attempts), so
//! a conditional write may meet its own earlier attempt. Every write therefore
//! carries a mark that is unique to the call; a condition that failed on an item
//! with our own mark did not fail, its first answer was lost.
//!
//! The cargo feature `mutants` lets a test take single guards away, see
//! `Weakened`. Nothing that is deployed enables it.

mod clients;
mod dynamo;
mod fault;
mod guards;
mod mark;
mod objects;
mod waker;

pub use clients::{Clients, EMBEDDED_KEY};
pub use dynamo::DynamoStore;
#[cfg(feature = "mutants")]
pub use guards::Weakened;
pub use objects::S3Objects;
pub use waker::SnsWaker;
