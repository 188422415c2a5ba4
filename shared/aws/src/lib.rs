//! Speaks to AWS: the saga table in DynamoDB, objects in S3, wake messages on SNS, errands, probes, AWS Health.
//!
//! The only crate that names `aws_sdk_*`. It carries out the ports of `engine`
//! and must not know what a failover is beyond the types they carry. It uses data
//! planes only (S20): nothing here creates, reconfigures or removes an AWS resource. An errand writes
//! what stands *in* one, e.g. a parameter's value, and says where that is no data plane.
//!
//! Repeating a request that got no answer is left to the SDK (three attempts), so
//! a conditional write may meet its own earlier attempt. Every write therefore
//! carries a mark that is unique to the call; a condition that failed on an item
//! with our own mark did not fail, its first answer was lost.
//!
//! The cargo feature `mutants` lets a test take single guards away, see
//! `Weakened`. Nothing that is deployed enables it.

mod clients;
pub mod codes;
mod dynamo;
pub mod errands;
mod fault;
mod guards;
#[cfg(feature = "cloud")]
mod health;
mod mark;
mod messenger;
mod objects;
pub mod probes;
mod waker;

pub use clients::{Clients, EMBEDDED_KEY, Patience};
pub use dynamo::{DynamoStore, keys};
pub use errands::AwsErrands;
pub use fault::{Resource, service as sorted};
pub use guards::Guards;
#[cfg(feature = "mutants")]
pub use guards::Weakened;
#[cfg(feature = "cloud")]
pub use health::AwsHealth;
pub use mark::fresh as fresh_mark;
pub use messenger::{SnsMessenger, addressed, subject_of};
pub use objects::S3Objects;
pub use waker::SnsWaker;
