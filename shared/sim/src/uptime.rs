//! Records for how long a resource that is simply up counts as processing.
//!
//! Law: at most one interval is open, and each interval has a name of its own.
//! Must not know: which resource is up.

use crate::{ledger::What, notes::Note};

/// The intervals of one resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uptime {
    open: bool,
    begun: u32,
}

impl Uptime {
    /// Opens an interval; `None` if one is open.
    pub(crate) fn begins(&mut self, at_ms: i64, what: What, resource: &str, work: &str) -> Option<Note> {
        if std::mem::replace(&mut self.open, true) {
            return None;
        }
        self.begun += 1;
        let (resource, work) = (resource.to_owned(), work.to_owned());
        let run = format!("{resource} {}", self.begun);
        Some(Note::Began { at_ms, work, what, resource, run })
    }

    /// Closes the open interval; `None` if none is open.
    pub(crate) fn ends(&mut self, at_ms: i64, what: What, resource: &str) -> Option<Note> {
        std::mem::take(&mut self.open).then(|| Note::Ended { at_ms, what, run: format!("{resource} {}", self.begun) })
    }
}
