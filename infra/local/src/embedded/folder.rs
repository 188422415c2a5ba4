//! Stores objects as files: a bucket is a folder, and a key is a path in it.
//!
//! An object is written to a temporary file and forced to the disk. Then it is put in its place in one step.
//! So a killed process leaves either the old object or the new one.
//! An object that must be new is linked into its place. The link fails if there is one already, also between
//! processes. The metadata of the caller lie under `%notes`. They are written last, and an object without
//! them is whole.
//!
//! A key that is also the folder of another key (`a` and `a/b`) cannot be stored.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::object::{ShelfError, StoredObject};

/// Folder of the metadata. No escaped name begins like this: `%` is followed by two hexadecimal digits there.
const NOTES: &str = "%notes";
const UNDER_WAY: &str = "%new";

/// Numbers the temporary files of one process, over all folders.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// The folder that has one folder for each bucket.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Opens a folder that exists.
    pub(super) fn open(root: &Path) -> Result<Self, ShelfError> {
        if root.is_dir() { Ok(Self { root: root.to_owned() }) } else { Err(ShelfError::NoFolder(root.to_owned())) }
    }

    pub(super) fn make_bucket(&self, bucket: &str) -> Result<(), ShelfError> {
        [escaped(bucket), NOTES.to_owned(), UNDER_WAY.to_owned()].iter().try_for_each(|name| {
            let path = self.root.join(name);
            fs::create_dir_all(&path).map_err(at(&path))
        })
    }

    pub(super) fn get(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, ShelfError> {
        let path = self.bucket(bucket)?.join(relative(key));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let notes = fs::read(self.notes(bucket, key)).ok().and_then(|json| serde_json::from_slice(&json).ok());
        Ok(Some(StoredObject { bytes: bytes.into(), notes: notes.unwrap_or_default() }))
    }

    /// Stores an object, and says whether it did. With `new`, it does so only if there is none.
    pub(super) fn put(&self, bucket: &str, key: &str, kept: &StoredObject, new: bool) -> Result<bool, ShelfError> {
        let path = self.bucket(bucket)?.join(relative(key));
        if !self.place(&path, &kept.bytes, new)? {
            return Ok(false);
        }
        let notes = notes_json(&kept.notes);
        self.place(&self.notes(bucket, key), &notes, false)
    }

    /// Every key of a bucket, in no particular order.
    pub(super) fn keys(&self, bucket: &str) -> Result<Vec<String>, ShelfError> {
        let mut keys = Vec::new();
        let mut folders = vec![(self.bucket(bucket)?, String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(at(&folder))? {
                let entry = entry.map_err(at(&folder))?;
                let name = unescaped(&entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    folders.push((entry.path(), format!("{prefix}{name}/")));
                } else {
                    keys.push(format!("{prefix}{name}"));
                }
            }
        }
        Ok(keys)
    }

    fn bucket(&self, bucket: &str) -> Result<PathBuf, ShelfError> {
        let path = self.root.join(escaped(bucket));
        if path.is_dir() { Ok(path) } else { Err(ShelfError::NoBucket(bucket.to_owned())) }
    }

    fn notes(&self, bucket: &str, key: &str) -> PathBuf {
        self.root.join(NOTES).join(escaped(bucket)).join(relative(key))
    }

    fn place(&self, path: &Path, bytes: &[u8], new: bool) -> Result<bool, ShelfError> {
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let beside = self.root.join(UNDER_WAY).join(format!("{}-{number}", std::process::id()));
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(at(folder))?;
        write_through(&beside, bytes).map_err(at(&beside))?;
        let placed = if new { link(&beside, path) } else { fs::rename(&beside, path).map(|()| true) };
        let placed = placed.map_err(at(path))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
        Ok(placed)
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn link(beside: &Path, path: &Path) -> io::Result<bool> {
    let linked = match fs::hard_link(beside, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    };
    fs::remove_file(beside)?;
    linked
}

fn is_absent(error: &io::Error) -> bool {
    // `NotADirectory`: a part of the path is an object. `IsADirectory`: the key is only a folder.
    [ErrorKind::NotFound, ErrorKind::NotADirectory, ErrorKind::IsADirectory].contains(&error.kind())
}

fn notes_json(notes: &BTreeMap<String, String>) -> Vec<u8> {
    // A map of strings always serializes.
    serde_json::to_vec(notes).unwrap_or_default()
}

fn at(path: &Path) -> impl Fn(io::Error) -> ShelfError {
    move |source| ShelfError::Io { path: path.to_owned(), source }
}

/// A key as a path that stays below the folder of its bucket.
fn relative(key: &str) -> PathBuf {
    key.split('/').map(escaped).collect()
}

/// One part of a key as a file name. Letters, digits and a few signs stand for themselves. Each other byte is
/// `%` and two hexadecimal digits.
fn escaped(part: &str) -> String {
    if part.is_empty() {
        return "%".to_owned();
    }
    let dots_only = part.chars().all(|c| c == '.');
    part.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'=' | b'+' => char::from(byte).to_string(),
            b'.' if !dots_only => ".".to_owned(),
            _ => format!("%{byte:02x}"),
        })
        .collect()
}

fn unescaped(name: &str) -> String {
    if name == "%" {
        return String::new();
    }
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_back_from_its_path_and_stays_below() {
        for key in ["sagas/s-1/plan.json", "../../etc/passwd", "a//b", ".", "é/%41", "x y", "%notes/a", "%new"] {
            let path = relative(key);
            assert!(path.components().all(|c| matches!(c, std::path::Component::Normal(_))), "{path:?}");
            let parts: Vec<_> = path.iter().map(|part| unescaped(part.to_str().unwrap())).collect();
            assert_eq!(parts.join("/"), key);
            assert!(!path.starts_with(NOTES) && !path.starts_with(UNDER_WAY));
        }
    }

    #[test]
    fn a_readable_key_is_its_own_path() {
        assert_eq!(relative("sagas/s-1/plan.json"), Path::new("sagas/s-1/plan.json"));
    }
}
