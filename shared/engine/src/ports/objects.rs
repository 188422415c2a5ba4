//! Whole objects: checkpoints, frozen plans, what is published.

use async_trait::async_trait;
use bytes::Bytes;

use super::StoreError;

/// Keeps objects by key.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Writes an object, replacing one that is there.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// Writes an object only if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if there is one already, or another [`StoreError`].
    async fn put_new(&self, key: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// Writes evidence where nobody can replace it, if such a place is known; never replaces. The very same
    /// bytes again are fine, since an answer may have been lost.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if something else is there, or another [`StoreError`].
    async fn put_evidence(&self, key: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// Reads an object; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError>;
}
