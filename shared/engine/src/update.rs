//! Changes an item that others may change at the same time: it reads, changes, and writes on a condition.
//!
//! Law: a refused write has changed nothing, so the next try begins with a new read. The number of tries is limited.

use crate::ports::StoreError;

/// The most tries of a change after somebody else wrote first.
pub(crate) const TRIES: u32 = 8;

/// Whether a conditional write was made. `false`: somebody else wrote first.
///
/// # Errors
///
/// [`StoreError`], but not [`StoreError::Refused`].
pub(crate) fn written(result: Result<(), StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(StoreError::Refused(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Tries an update until it is written. `once` reads, changes and writes; it returns `None` if somebody else wrote
/// first. `given_up` gives the result after the last try.
///
/// # Errors
///
/// The error of a try, or of `given_up`.
pub(crate) async fn update<T, E, O>(
    tries: u32,
    once: impl Fn() -> O,
    given_up: impl FnOnce() -> Result<T, E>,
) -> Result<T, E>
where
    O: Future<Output = Result<Option<T>, E>>,
{
    update_from(tries, (), |()| once(), || async { Ok(()) }, |()| given_up()).await
}

/// The same for an item that was read already. `once` changes and writes the item, `again` reads it after a refused
/// write, and `given_up` gets what was read last.
///
/// # Errors
///
/// The error of a try, of a read, or of `given_up`.
pub(crate) async fn update_from<I, T, E, O, R>(
    tries: u32,
    item: I,
    once: impl Fn(I) -> O,
    again: impl Fn() -> R,
    given_up: impl FnOnce(I) -> Result<T, E>,
) -> Result<T, E>
where
    O: Future<Output = Result<Option<T>, E>>,
    R: Future<Output = Result<I, E>>,
{
    let mut known = item;
    for _ in 0..tries {
        if let Some(done) = once(known).await? {
            return Ok(done);
        }
        known = again().await?;
    }
    given_up(known)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn refused() -> StoreError {
        StoreError::Refused("it".to_owned())
    }

    #[test]
    fn only_a_refused_write_is_no_error() {
        let again = StoreError::Again("slow".to_owned());
        assert_eq!(written(Ok(())), Ok(true));
        assert_eq!(written(Err(refused())), Ok(false));
        assert_eq!(written(Err(again.clone())), Err(again));
    }

    #[tokio::test]
    async fn it_is_tried_until_it_is_written() {
        let tries = Cell::new(0);
        let once = || {
            tries.set(tries.get() + 1);
            let written = tries.get() == 3;
            async move { Ok(written.then_some("written")) }
        };
        assert_eq!(update(TRIES, once, || Err(refused())).await, Ok("written"));
        assert_eq!(tries.get(), 3);
        assert_eq!(update(2, || async { Ok(None::<()>) }, || Err(refused())).await, Err(refused()));
    }

    #[tokio::test]
    async fn each_try_after_the_first_has_read_again() {
        let seen = Cell::new(0);
        let once = |item: u32| {
            seen.set(seen.get() * 10 + item);
            async { Ok(None::<u32>) }
        };
        let last: Result<u32, StoreError> = update_from(3, 1, once, || async { Ok(2) }, Ok).await;
        assert_eq!((last, seen.get()), (Ok(2), 122));
    }
}
