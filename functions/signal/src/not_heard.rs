//! The reasons why an event is not ingested.

use engine::ports::StoreError;
use signals::BodyError;

/// An event that was not ingested. Nothing of it is repeated, because nobody knows its content (S23).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// It is neither an event of a source nor a request.
    #[error("an event as in the folder events or a request is wanted, and this is neither")]
    Other,
    /// It cannot be read.
    #[error("{0}: {1}")]
    Unreadable(&'static str, BodyError),
    /// Its signals could not be recorded. It may be sent again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IngestError {
    /// Logs it, with the code of the page that says what to do.
    pub fn log(&self) {
        match self {
            IngestError::Other | IngestError::Unreadable(..) => tracing::error!(code = "SIGNAL-UNREADABLE", "{self}"),
            IngestError::Store(_) => tracing::error!(code = "NOT-RECORDED", "{self}"),
        }
    }
}
