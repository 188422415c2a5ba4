//! The error of a configuration that cannot be used.

use std::fmt;

use super::untold;

/// A configuration that cannot be used. It says where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    line: Option<usize>,
    message: String,
}

impl ConfigError {
    /// The only way to make one. It keeps values of the file that a library's message repeats out of the error.
    pub(super) fn new(file: &str, line: Option<usize>, message: &str) -> Self {
        Self { file: file.to_owned(), line, message: untold::without_values(message) }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ConfigError {}
