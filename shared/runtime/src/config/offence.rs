//! A value that TOML allows and a pair does not.

/// An error at a place of the text.
#[derive(Debug)]
pub(super) struct Offence {
    /// The place, in bytes from the beginning.
    pub(super) start: usize,
    /// The reason and the remedy.
    pub(super) message: String,
}
