//! Changes that were requested and are not yet seen carried out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Ids of changes that this process has requested and has not yet seen carried out, by the token of the step. They
/// are only a hint. A step is judged by what is read back, also when the process and its hints are gone.
#[derive(Debug, Default)]
pub(super) struct UnderWay(Mutex<BTreeMap<String, String>>);

impl UnderWay {
    /// The change that was requested for a step, if this process has requested one.
    pub(super) fn of(&self, token: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    /// Remembers a change that was requested.
    pub(super) fn begun(&self, token: &str, change: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned(), change);
    }

    /// Forgets the change of a step, because it was seen carried out.
    pub(super) fn ended(&self, token: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}
