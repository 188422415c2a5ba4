//! Reads the reports by others of a side's health into signals: events, webhooks and status pages.
//!
//! Law: a body is foreign. With any content its reading ends soon, keeps to its bounds and changes nothing. A
//! part that is not understood is *unknown* or left out with a reason. It is never healthy and never down
//! (S17). Must not know: the verdict.
//!
//! A new source is one file in [`sources`] and one line in its list.

mod foreign;
pub mod gate;
mod page;
mod plain;
mod source;
pub mod sources;
mod times;

pub use foreign::{BodyError, LARGEST_BODY_BYTES};
pub use gate::{Door, Gates, Proof};
pub use page::{Page, SOURCE_SILENT};
pub use source::{Alarm, Arrival, Listening, MOST_SIGNALS, Readings, Source};
pub use sources::{SOURCES, source};
