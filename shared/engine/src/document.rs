//! Keeps the small documents that are remembered of a pair, each under a name: the record of decisions, the results of
//! drills.
//!
//! A document has one type. Its version (S22) is checked and written here and nowhere else in the engine.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::deps::Deps;
use crate::ports::{Remembered, STORE_VERSION, StoreError};
use crate::update::{TRIES, update, written};

/// The content of a document. A document that was never written has the default.
pub(crate) trait Content: DeserializeOwned + Serialize + Default {
    /// The words for the document, in errors.
    const LABEL: &'static str;

    /// The content in the form that is stored.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    fn stored(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    /// The content of a document that cannot be decoded.
    ///
    /// # Errors
    ///
    /// [`StoreError::Broken`], unless the content can begin anew.
    fn undecodable(error: &serde_json::Error) -> Result<Self, StoreError> {
        Err(broken::<Self>(error))
    }
}

/// A document as it was read.
pub(crate) struct Document<T> {
    /// The content.
    pub(crate) content: T,
    name: String,
    revision: u64,
}

impl<T: Content> Document<T> {
    /// Reads the document of a name.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub(crate) async fn read(deps: &Deps, name: &str) -> Result<Self, StoreError> {
        let name = name.to_owned();
        let Some(item) = deps.signals.recall(&deps.pair.name, &name).await? else {
            return Ok(Self { content: T::default(), name, revision: 0 });
        };
        if item.version > STORE_VERSION {
            let (what, found, known) = (T::LABEL.to_owned(), item.version, STORE_VERSION);
            return Err(StoreError::Newer { what, found, known });
        }
        let content = serde_json::from_value(item.value).or_else(|error| T::undecodable(&error))?;
        Ok(Self { content, name, revision: item.revision })
    }

    /// Writes the content. `false`: somebody else has written the document since it was read.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub(crate) async fn write(&mut self, deps: &Deps) -> Result<bool, StoreError> {
        let value = self.content.stored().map_err(|error| broken::<T>(&error))?;
        self.revision += 1;
        let item = Remembered { version: STORE_VERSION, value, revision: self.revision };
        written(deps.signals.remember(&deps.pair.name, &self.name, &item).await)
    }

    /// Changes the document of a name. `change` says whether there was anything to change, and so does the result.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub(crate) async fn update(deps: &Deps, name: &str, change: impl Fn(&mut T) -> bool) -> Result<bool, StoreError> {
        let once = || async {
            let mut document = Self::read(deps, name).await?;
            if !change(&mut document.content) {
                return Ok(Some(false));
            }
            Ok(document.write(deps).await?.then_some(true))
        };
        update(TRIES, once, || Err(StoreError::Again(T::LABEL.to_owned()))).await
    }
}

fn broken<T: Content>(error: &serde_json::Error) -> StoreError {
    StoreError::Broken(format!("{}: {error}", T::LABEL))
}

/// In bytes: the value under one name stays below this size (S25).
const REMEMBERED: usize = 128 * 1024;

/// Cuts a list to its last `most` entries, and to fewer if they are long.
///
/// # Errors
///
/// An entry cannot be written as JSON.
pub(crate) fn last_that_fit<T: Serialize>(all: &[T], most: usize) -> Result<Value, serde_json::Error> {
    let mut room = REMEMBERED;
    let mut kept = Vec::new();
    for one in all.iter().rev().take(most) {
        let value = serde_json::to_value(one)?;
        let bytes = value.to_string().len();
        if bytes > room {
            break;
        }
        room -= bytes;
        kept.push(value);
    }
    kept.reverse();
    Ok(Value::Array(kept))
}
