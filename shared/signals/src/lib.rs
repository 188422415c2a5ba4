//! What others say of a side's health: events, webhooks and status pages, read into signals.
//!
//! Its law: a body is foreign. Whatever it holds, reading it ends soon, keeps to its bounds and changes
//! nothing; what is not understood is *unknown* or passed over with a reason, never healthy and never
//! down (S17). It must not know what the signals add up to.
//!
//! A new source is one file in [`sources`] and one line in its list.

mod foreign;
pub mod gate;
mod page;
mod plain;
pub mod sources;
mod times;

pub use foreign::LARGEST_BODY_BYTES;
pub use gate::{Door, Gates, Proof};
pub use page::{Page, SOURCE_SILENT};
pub use sources::{Alarm, Arrival, Listening, SOURCES, Source, Told, Unreadable, source};
