//! How the page of a record is drawn.

use failover::evidence::Record;

/// Draws pages. A pure function: the same record always gives the same page.
pub trait Scribe: Send + Sync {
    /// The sealed page of a record.
    fn page(&self, record: &Record) -> String;
}
