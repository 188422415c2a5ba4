//! Runs DynamoDB, S3 and SNS inside this process, under the real AWS SDK.
//!
//! [`Embedded`] takes the place of the SDK's HTTP client, and hands each request to the part that answers it.
//! There is no socket and no other thread, so the paused clock of tokio works. Only a [`Wire`] makes a request wait.
//! The parts are [`Table`], which is `dynoxide`; [`Buckets`], which is `s3s` over memory or a folder; and
//! [`Topics`], which the caller brings. A request that no part answers goes to a simulated cloud, if the caller
//! has put one around the parts.
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
//! Several `Embedded` may share a table and buckets, each with a wire of its own. So one of two runners can be
//! cut off while the other is not.

mod answer;
mod around;
mod exchange;
mod folder;
mod object;
mod s3;
mod shelf;
mod store_file;
mod table;
mod topics;
mod wire;

pub use exchange::Embedded;
pub use object::ShelfError;
pub(crate) use object::StoredObject;
pub use s3::Buckets;
pub(crate) use shelf::OnlyIf;
pub use store_file::OpenError;
pub use table::Table;
pub(crate) use table::too_large;
pub use topics::{Published, Topics};
pub use wire::{Call, Passage, Wire};
