//! Faults that this engine once had, to be put back in a test build: whatever hunts for faults must find them.
//!
//! Nothing that is deployed has any of this.

/// Faults to put back; the default puts none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// A chunk of the log is cut by lines and not by bytes (S25).
    pub long_chunks: bool,
    /// A name that is spelled another way is another person (S27).
    pub spelling: bool,
    /// What a workspace never had counts as missing (R45).
    pub never_had: bool,
    /// An attempt waits until a change that is under way has ended (L7).
    pub endless_attempt: bool,
    /// The other side's `Retry-After` is obeyed however long it is (L3).
    pub foreign_pause: bool,
    /// A pursued step that was refused is looked at as any other blocked step is (L3).
    pub refused_pursuit: bool,
    /// A saga lets its pair go when its evidence is kept (L9).
    pub evidence_first: bool,
}
