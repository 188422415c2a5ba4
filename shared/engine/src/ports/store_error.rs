//! Defines the error of the stores.

/// The error of a read or a write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The condition was not true: somebody else wrote first.
    #[error("{0} was changed by somebody else")]
    Refused(String),
    /// The store did not answer, or asked to wait. The write may have happened.
    #[error("the store did not confirm: {0}")]
    Again(String),
    /// The store cannot be used as it is. The text says what to do.
    #[error("{0}")]
    Broken(String),
    /// A later version of this program wrote the item (S22).
    #[error("{what} has version {found}, this program reads up to {known}: use the newer program")]
    Newer {
        /// The item.
        what: String,
        /// The item's version.
        found: u32,
        /// The latest version that this program knows.
        known: u32,
    },
}
