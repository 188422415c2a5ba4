//! A contradiction that verification finds.

use std::fmt;

/// One thing that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tampering {
    /// Number of the line in the file, from 1; `None` if there is no such line.
    pub line: Option<usize>,
    /// The contradiction in a sentence.
    pub what: String,
}

impl fmt::Display for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
