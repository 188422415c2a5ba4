//! The store of the operator's command: a table in a file, and its objects in a folder beside the file.
//!
//! The adapters and the SDK are those of the cloud, so each could read what the other wrote.
//! Law: a read-only command creates nothing, and a file that cannot be used is not written to.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws::{Clients, DynamoStore, S3Objects};
use runtime::Problem;
use runtime::boot::{NobodyToWake, Ports};

use crate::embedded::{Buckets, Embedded, OpenError, ShelfError, Table};

/// Name of the one table in the file, and of the one bucket in the folder.
const NAME: &str = "switchback";
/// Region that requests are signed for. Nothing reads it.
const REGION: &str = "eu-west-1";

/// A store that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreOpenError {
    /// The table cannot be opened.
    #[error(transparent)]
    Table(#[from] OpenError),
    /// The objects cannot be opened.
    #[error(transparent)]
    Objects(#[from] ShelfError),
}

impl From<StoreOpenError> for Problem {
    fn from(unusable: StoreOpenError) -> Self {
        match &unusable {
            StoreOpenError::Table(OpenError::Newer { .. }) => Self::refused("NEWER-VERSION", unusable.to_string()),
            StoreOpenError::Table(
                OpenError::NoFolder(_)
                | OpenError::IsFolder(_)
                | OpenError::Unreadable { .. }
                | OpenError::NotAStore { .. }
                | OpenError::Failed(_),
            )
            | StoreOpenError::Objects(_) => Self::refused("STORE-UNUSABLE", unusable.to_string()),
        }
    }
}

/// Opens the store in `path`. The table and the folder of objects are created if they are missing.
///
/// # Errors
///
/// [`StoreOpenError`], with the remedy.
pub fn open(path: &Path) -> Result<Ports, StoreOpenError> {
    let table = Table::file(path, NAME)?;
    let folder = objects_folder(path);
    std::fs::create_dir_all(&folder).map_err(|source| ShelfError::Io { path: folder.clone(), source })?;
    Ok(over(table, Buckets::folder(&folder, [NAME])?))
}

/// Opens the store in `path` for a command that only reads. If there is none, an empty store in memory takes its place.
///
/// # Errors
///
/// [`StoreOpenError`], with the remedy.
pub fn look(path: &Path) -> Result<Ports, StoreOpenError> {
    if path.exists() { open(path) } else { memory() }
}

/// An empty store that ends with the process.
///
/// # Errors
///
/// [`StoreOpenError`] if the embedded database fails.
pub fn memory() -> Result<Ports, StoreOpenError> {
    Ok(over(Table::memory(NAME)?, Buckets::memory([NAME])))
}

/// The folder with the objects of the store in `path`, e.g. `pair.store-objects` beside `pair.store`.
pub fn objects_folder(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push("-objects");
    path.with_file_name(name)
}

fn over(table: Table, buckets: Buckets) -> Ports {
    let clients = Clients::embedded(Embedded::new(table, buckets), REGION);
    let objects = Arc::new(S3Objects::new(&clients, NAME, ""));
    Ports::over(Arc::new(DynamoStore::new(&clients, NAME)), objects, Arc::new(NobodyToWake))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_put_is_there_for_the_next_process_and_looking_makes_nothing() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("pair.store");
        assert_eq!(look(&path).unwrap().objects.get("a").await.unwrap(), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        open(&path).unwrap().objects.put("a", bytes::Bytes::from_static(b"b")).await.unwrap();
        assert_eq!(look(&path).unwrap().objects.get("a").await.unwrap(), Some(bytes::Bytes::from_static(b"b")));
        assert!(objects_folder(&path).ends_with("pair.store-objects"));
    }
}
