//! The record: facts and tables under one seal.

use serde::{Deserialize, Serialize};

use super::canonical;
use super::facts::Facts;
use super::tables::{NoTables, Tables};

/// The version of the record's shape that this code writes (S22).
///
/// Tables are made again when a record is verified, so whoever changes what a table holds raises this and
/// keeps the way that it was made before.
pub const RECORD_VERSION: u32 = 1;

/// The evidence of one saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_VERSION`] of the code that wrote it.
    pub version: u32,
    /// SHA-256 over the canonical form in which this is empty, in hexadecimal.
    pub seal: String,
    /// What was recorded.
    pub facts: Facts,
    /// What follows from it.
    pub tables: Tables,
}

impl Record {
    /// Makes the record of a finished saga. The same facts always make the same record.
    ///
    /// # Errors
    ///
    /// [`NoTables`] if the facts do not hold together.
    pub fn of(facts: Facts) -> Result<Self, NoTables> {
        let tables = Tables::of(&facts)?;
        let mut record = Self { version: RECORD_VERSION, seal: String::new(), facts, tables };
        record.seal = canonical::seal(&record);
        Ok(record)
    }

    /// The record's only form as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical::bytes(self)
    }

    /// The first twelve digits of the seal, for names and for people.
    pub fn seal12(&self) -> &str {
        self.seal.get(..12).unwrap_or(&self.seal)
    }
}
