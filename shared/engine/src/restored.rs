//! Lists faults that this engine once had. A test build can put them back, and the tests must find them.
//!
//! No deployed program contains any of this.

/// The faults to put back. The default puts none back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// A chunk of the log is cut by lines and not by bytes (S25).
    pub long_chunks: bool,
    /// A name in another spelling is another person (S27).
    pub spelling: bool,
    /// A kind that a workspace never had counts as missing (R45).
    pub never_had: bool,
    /// An attempt waits until a change that is under way has ended (L7).
    pub endless_attempt: bool,
    /// The other side's `Retry-After` is obeyed, however long it is (L3).
    pub foreign_pause: bool,
    /// A pursued step that was refused is tried again as late as any other blocked step (L3).
    pub refused_pursuit: bool,
    /// A saga releases its pair only after its evidence is stored (L9).
    pub evidence_first: bool,
}
