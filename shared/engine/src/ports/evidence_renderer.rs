//! Defines the port that draws the page of a record.

use failover::evidence::Record;

/// The evidence renderer. It is a pure function: the same record always gives the same page.
pub trait EvidenceRenderer: Send + Sync {
    /// Draws the sealed page of a record.
    fn page(&self, record: &Record) -> String;
}
