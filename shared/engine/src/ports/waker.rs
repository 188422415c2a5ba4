//! Defines the port that wakes sagas.

use async_trait::async_trait;
use saga::SagaId;

use super::StoreError;

/// Informs the runners that a saga may have something to do.
#[async_trait]
pub trait Waker: Send + Sync {
    /// Publishes a wake message that carries only the saga's id. The message may be lost, late or doubled. The tick
    /// and the recorded state make up for it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Again`] if it could not be sent. The caller may go on.
    async fn wake(&self, saga: &SagaId) -> Result<(), StoreError>;
}
