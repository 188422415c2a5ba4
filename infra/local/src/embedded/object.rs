//! An object as it is stored, and the reasons why it is not.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;

/// Objects that cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The folder is not there.
    #[error("there is no folder {}: create it, or name another", .0.display())]
    NoFolder(PathBuf),
    /// The bucket was never made.
    #[error("there is no bucket {0}")]
    NoBucket(String),
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

/// An object as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredObject {
    pub(crate) bytes: Bytes,
    /// Metadata of the caller (`x-amz-meta-…`).
    pub(crate) notes: BTreeMap<String, String>,
}
