//! DynamoDB, S3 and SNS inside this process, under the real AWS SDK.
//!
//! The SDK's HTTP client is replaced by [`Embedded`], which hands each request to
//! the part that it is for. There is no socket and no other thread, so tokio's
//! paused clock works: nothing here waits for anything but a [`Wire`].
//! The parts are [`Table`], which is `dynoxide`; [`Buckets`], which is `s3s` over
//! memory or a folder; and [`Topics`], which the caller brings. What no part answers goes to a simulated
//! cloud, where the caller has put one around them.
//!
//! ```
//! # use local::embedded::{Buckets, Embedded, Table};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let parts = Embedded::new(Table::memory("sagas")?, Buckets::memory(["plans"]));
//! let clients = aws::Clients::embedded(parts.clone(), "eu-west-1");
//! let store = aws::DynamoStore::new(&clients, "sagas");
//! # Ok(()) }
//! ```
//!
//! Several `Embedded` may share a table and buckets, each with a wire of its own:
//! that is how one of two runners is cut off and the other is not.

mod around;
mod exchange;
mod folder;
mod s3;
mod shelf;
mod store_file;
mod table;
mod topics;
mod wire;

pub use exchange::Embedded;
pub use s3::Buckets;
pub use shelf::ShelfError;
pub(crate) use shelf::{Kept, OnlyIf};
pub use store_file::OpenError;
pub use table::Table;
pub(crate) use table::too_large;
pub use topics::{Published, Topics};
pub use wire::{Call, Passage, Wire};
