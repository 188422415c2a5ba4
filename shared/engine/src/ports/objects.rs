//! Defines the port of whole objects: checkpoints, frozen plans, published objects.

use async_trait::async_trait;
use bytes::Bytes;

use super::StoreError;

/// Stores objects by key.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Writes an object, and replaces an older one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// Writes an object only if it does not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if it exists already, or another [`StoreError`].
    async fn put_new(&self, key: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// Writes evidence to a place where nobody can replace it, if such a place is known. It never replaces an object.
    /// The very same bytes may be written again, since an answer may have been lost.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] if the key has other bytes, or another [`StoreError`].
    async fn put_evidence(&self, key: &str, bytes: Bytes) -> Result<(), StoreError>;

    /// Reads an object. `None`: it does not exist.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError>;
}
