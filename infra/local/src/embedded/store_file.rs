//! Checks whether a file may be opened as a store, and says what to do if not.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// A store that cannot be opened. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The folder that the file would be in does not exist.
    #[error("there is no folder {}: create it, or name another file", .0.display())]
    NoFolder(PathBuf),
    /// The path leads to a folder.
    #[error("{} is a folder: name a file in it", .0.display())]
    IsFolder(PathBuf),
    /// The file cannot be read or written.
    #[error("{} cannot be opened: {reason}: check its permissions", path.display())]
    Unreadable {
        /// Path of the file.
        path: PathBuf,
        /// The reason that the system gives.
        reason: String,
    },
    /// The file is something else than a store.
    #[error("{} is not a store of this program ({reason}): name another file", path.display())]
    NotAStore {
        /// Path of the file.
        path: PathBuf,
        /// Says what the file is instead, e.g. `it is no database`.
        reason: &'static str,
    },
    /// A later version of this program wrote the file (S22).
    #[error("{} was written by a later version (format {found}, this program knows {known}): use the newer program", path.display())]
    Newer {
        /// Path of the file.
        path: PathBuf,
        /// The format of the file.
        found: u32,
        /// The latest format that this program knows.
        known: u32,
    },
    /// The embedded database failed.
    #[error("the embedded database failed: {0}")]
    Failed(String),
}

/// Examines a file before anything is written to it.
pub(super) fn examine(path: &Path) -> Result<(), OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(OpenError::NoFolder(folder.to_owned()));
    }
    if path.is_dir() {
        return Err(OpenError::IsFolder(path.to_owned()));
    }
    // Only the metadata are read, since closing a file drops every lock that this process holds on it, those of
    // SQLite included. Another process would then take the database for unused.
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::Unreadable { path: path.to_owned(), reason: error.to_string() }),
        Ok(file) if file.permissions().readonly() => {
            Err(OpenError::Unreadable { path: path.to_owned(), reason: "it is read-only".to_owned() })
        }
        Ok(_) => content(path),
    }
}

fn content(path: &Path) -> Result<(), OpenError> {
    let not_a_store = |reason| OpenError::NotAStore { path: path.to_owned(), reason };
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE);
    let tables = connection.and_then(|db| {
        let mut statement = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()
    });
    match tables {
        // The file is new, or its first opening was interrupted.
        Ok(tables) if tables.is_empty() => Ok(()),
        // dynoxide lists the tables that it emulates in `_tables`.
        Ok(tables) if tables.iter().any(|name| name == "_tables" || name == "_config") => Ok(()),
        Ok(_) => Err(not_a_store("it is a database of something else")),
        Err(error) => match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Err(not_a_store("it is no database")),
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Err(not_a_store("it is a damaged database")),
            Some(_) | None => Err(OpenError::Unreadable { path: path.to_owned(), reason: error.to_string() }),
        },
    }
}
