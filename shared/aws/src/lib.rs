//! Speaks to AWS: the saga table in DynamoDB, objects in S3, wake messages on SNS, actions, probes, AWS Health.
//!
//! This is the only crate that names `aws_sdk_*`. It implements the ports of `engine`. It must not know what a
//! failover is, beyond the types that these ports carry. It uses data planes only (S20): it never creates,
//! reconfigures or removes an AWS resource. An action writes something *in* a resource, e.g. the value of a
//! parameter. If that is not a request to a data plane, the action says so in its file.
//!
//! Only the SDK repeats a request that got no answer (three attempts). So a conditional write may meet its own
//! earlier attempt. Every write therefore carries a mark that is unique to the call. If the condition fails on an
//! item with our own mark, the write has succeeded and only its first answer was lost.
//!
//! The cargo feature `mutants` lets a test take single guards away, see `Weakened`. Nothing that is deployed
//! enables it.

pub mod actions;
mod clients;
pub mod codes;
mod dynamo;
mod fault;
mod guards;
#[cfg(feature = "cloud")]
mod health;
mod mark;
mod messenger;
mod objects;
pub mod probes;
mod waker;

pub use actions::AwsActions;
pub use clients::{Clients, EMBEDDED_KEY, Patience};
pub use dynamo::{DynamoStore, keys};
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
