//! The record: facts and tables under one seal.

use serde::{Deserialize, Serialize};

use super::canonical::{self, Written};
use super::facts::Facts;
use super::tables::{Tables, TablesError};

/// The version of the record's shape that this code writes (S22).
///
/// Tables are made again when a record is verified. So every change to the content of a table must raise this
/// version, and the code must keep the former way to make it.
pub const RECORD_VERSION: u32 = 1;

/// The evidence of one saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_VERSION`] of the code that wrote it.
    pub version: u32,
    /// SHA-256 over the canonical form with an empty seal, in hexadecimal.
    pub seal: String,
    /// Facts that were recorded.
    pub facts: Facts,
    /// Tables that follow from the facts.
    pub tables: Tables,
}

impl Record {
    /// Makes the record of a finished saga. The same facts always make the same record.
    ///
    /// # Errors
    ///
    /// [`TablesError`] if the facts contradict each other.
    pub fn of(facts: Facts) -> Result<Self, TablesError> {
        let tables = Tables::of(&facts)?;
        let mut record = Self { version: RECORD_VERSION, seal: String::new(), facts, tables };
        record.seal = canonical::seal(&record.written());
        Ok(record)
    }

    /// The record as bytes, in its only form.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::bytes(&self.written())
    }

    /// The record as it is written.
    pub(super) fn written(&self) -> Written<'_> {
        let Self { version, seal, facts, tables } = self;
        Written { version: *version, seal, facts, tables }
    }

    /// The first twelve digits of the seal, for names and for people.
    pub fn seal12(&self) -> &str {
        self.seal.get(..12).unwrap_or(&self.seal)
    }
}
