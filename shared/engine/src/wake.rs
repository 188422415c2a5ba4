//! Waking: the message and the tick do the same.

use saga::SagaId;

use crate::deps::Deps;
use crate::ports::StoreError;
use crate::runner::{Driven, Stopped, drive};

/// Drives one saga, as a wake message asks for.
///
/// # Errors
///
/// [`Stopped`]: why the runner had to stop.
pub async fn wake(deps: &Deps, saga: &SagaId, owner: &str) -> Result<Driven, Stopped> {
    drive(deps, saga, owner).await
}

/// Drives whatever nobody woke: once a minute, constant work when nothing is due (L6).
///
/// # Errors
///
/// [`Stopped`]: why the runner had to stop.
pub async fn tick(deps: &Deps, owner: &str) -> Result<Driven, Stopped> {
    let unfinished = deps.pairs.unfinished(std::slice::from_ref(&deps.pair.name)).await?;
    match unfinished.first() {
        Some(saga) => drive(deps, saga, owner).await,
        None => Ok(Driven::Over),
    }
}

/// Asks for a saga to be aborted and wakes it. Acknowledged only when its runner
/// has recorded the end, after which no effect can land (S14).
///
/// # Errors
///
/// [`StoreError::Refused`] if the saga is finished or unknown, or another [`StoreError`].
pub async fn abort(deps: &Deps, saga: &SagaId, by: &str) -> Result<(), StoreError> {
    deps.sagas.ask_abort(saga, by).await?;
    deps.waker.wake(saga).await
}
