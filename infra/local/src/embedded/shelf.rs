//! Stores objects by bucket and key, in memory or in a folder. Must not know: HTTP.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::folder::Folder;
use super::object::{ShelfError, StoredObject};

/// The condition on the object that is there now, for a new one to take its place.
pub(crate) enum OnlyIf {
    Always,
    Absent,
    /// Holds if the function says so of the object that is there. The function gets `None` if there is none.
    Holds(Judge),
}

/// Decides about the object that is there.
pub(crate) type Judge = Box<dyn FnOnce(Option<&StoredObject>) -> bool + Send>;

/// All buckets. No other request sees a state between the read and the write of a put.
#[derive(Debug)]
pub(super) struct Shelf {
    place: Mutex<Place>,
}

#[derive(Debug)]
enum Place {
    Memory(BTreeMap<String, BTreeMap<String, StoredObject>>),
    Folder(Folder),
}

impl Shelf {
    pub(super) fn memory() -> Self {
        Self { place: Mutex::new(Place::Memory(BTreeMap::new())) }
    }

    pub(super) fn folder(folder: Folder) -> Self {
        Self { place: Mutex::new(Place::Folder(folder)) }
    }

    pub(super) fn make_bucket(&self, bucket: &str) -> Result<(), ShelfError> {
        match &mut *self.place() {
            Place::Memory(buckets) => {
                buckets.entry(bucket.to_owned()).or_default();
                Ok(())
            }
            Place::Folder(folder) => folder.make_bucket(bucket),
        }
    }

    pub(super) fn get(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, ShelfError> {
        get(&self.place(), bucket, key)
    }

    /// Stores an object. `false` if the condition did not hold.
    pub(super) fn put(&self, bucket: &str, key: &str, kept: StoredObject, only_if: OnlyIf) -> Result<bool, ShelfError> {
        let mut place = self.place();
        let new = match only_if {
            OnlyIf::Always => false,
            OnlyIf::Absent => {
                if get(&place, bucket, key)?.is_some() {
                    return Ok(false);
                }
                true
            }
            OnlyIf::Holds(holds) => {
                if !holds(get(&place, bucket, key)?.as_ref()) {
                    return Ok(false);
                }
                false
            }
        };
        match &mut *place {
            Place::Memory(buckets) => {
                let objects = buckets.get_mut(bucket).ok_or_else(|| ShelfError::NoBucket(bucket.to_owned()))?;
                objects.insert(key.to_owned(), kept);
                Ok(true)
            }
            Place::Folder(folder) => folder.put(bucket, key, &kept, new),
        }
    }

    /// The keys that begin with `prefix`, in order.
    pub(super) fn keys(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, ShelfError> {
        let mut keys = match &*self.place() {
            Place::Memory(buckets) => {
                let objects = buckets.get(bucket).ok_or_else(|| ShelfError::NoBucket(bucket.to_owned()))?;
                objects.keys().cloned().collect()
            }
            Place::Folder(folder) => folder.keys(bucket)?,
        };
        keys.retain(|key: &String| key.starts_with(prefix));
        keys.sort();
        Ok(keys)
    }

    /// All objects of all buckets in memory. A folder gives none, since its files can be opened.
    pub(super) fn objects(&self) -> Vec<(String, Bytes)> {
        match &*self.place() {
            Place::Memory(buckets) => {
                let all = buckets.iter().flat_map(|(bucket, objects)| objects.iter().map(move |it| (bucket, it)));
                all.map(|(bucket, (key, kept))| (format!("{bucket}/{key}"), kept.bytes.clone())).collect()
            }
            Place::Folder(_) => Vec::new(),
        }
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn get(place: &Place, bucket: &str, key: &str) -> Result<Option<StoredObject>, ShelfError> {
    match place {
        Place::Memory(buckets) => {
            let objects = buckets.get(bucket).ok_or_else(|| ShelfError::NoBucket(bucket.to_owned()))?;
            Ok(objects.get(key).cloned())
        }
        Place::Folder(folder) => folder.get(bucket, key),
    }
}
