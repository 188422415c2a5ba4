//! Waking sagas.

use async_trait::async_trait;
use saga::SagaId;

use super::StoreError;

/// Tells whoever drives sagas that one may have something to do.
#[async_trait]
pub trait Waker: Send + Sync {
    /// Publishes a wake message that carries the saga's id and nothing else.
    /// It may be lost, late or doubled: the tick and the state make up for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Again`] if it could not be sent; the caller may go on.
    async fn wake(&self, saga: &SagaId) -> Result<(), StoreError>;
}
