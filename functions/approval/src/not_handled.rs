//! The reasons why an event is not handled.

use engine::ports::StoreError;

/// An event that could not be handled.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// It is neither a request nor a message. It is not repeated, because nobody knows its content (S23).
    #[error("a request to the function's address or an approval message is wanted, as in events/approval")]
    Other,
    /// An answer in a message could not be recorded. The message is sent again.
    #[error(transparent)]
    Store(#[from] StoreError),
}
