//! Evidence: the record of one saga, which proves to a stranger what happened (R51, R52).
//!
//! A [`Record`] has two halves. Its *facts* were recorded while the saga ran: the frozen plan in its exact bytes,
//! the log with its chain of hashes, the questions and what people did about them. Its *tables* follow from the
//! facts and from nothing else: clocks, losses, steps, approvals, findings. Anybody who doubts a table can make it
//! again.
//!
//! | word | meaning here | not |
//! |---|---|---|
//! | fact | something that was recorded while the saga ran | field |
//! | table | data that a pure function makes from the facts | report |
//! | seal | SHA-256 over the whole content with the seal's own place left blank | signature |
//! | page | the record as one HTML file that carries the record itself | report |
//!
//! # The canonical form
//!
//! The JSON file is the output of `serde_json` for [`Record`], with these rules:
//!
//! - The indentation is two spaces.
//! - Members are in the order of the declarations here. Absent members are left out if their declaration says so.
//! - `<` is written as `\u003c`, so that the same bytes can be part of a page.
//! - There is one line feed at the end.
//!
//! There is exactly one such file for a record. So any other spelling of the same content is reported as an
//! alteration.
//!
//! # The limits of a seal
//!
//! A seal has no key, so anybody can compute one. It proves that a file is whole and unaltered *compared with a
//! seal that is known from elsewhere*. By itself it proves only that nobody altered the file without knowing how
//! seals are made.
//!
//! Some forgers do know. Against them [`verify`] makes every table again and checks the facts against each other:
//!
//! - the plan against its hash,
//! - the hash against the log's first line,
//! - every line against the one before,
//! - the answers of people against the lines that used them,
//! - the outcome against the last line.
//!
//! Some facts are independent of all other facts, so they cannot be checked against anything. Examples are the
//! audit entries, the sentences of the verdict, the objective of the RTO, the time when the side was lost, and the
//! names of people whose answer was not used. A forger may also make up a whole saga, with its plan, its chain and
//! its seal. Such a file agrees with itself. No file without a key can prevent that.
//!
//! The seal prevents it, because it is also kept in places that the forger cannot reach:
//!
//! - in the key of the object in a bucket under Object Lock. In compliance mode nobody can replace or delete
//!   a version before its time is over [S3: Object Lock, retention modes];
//! - in the saga's item of the pair's history;
//! - in the footer of every copy that was handed out.
//!
//! `switchback verify FILE --seal HASH` compares the file with a known seal.

mod canonical;
mod facts;
mod holding;
mod page;
mod record;
mod rows;
#[cfg(feature = "sample")]
pub mod sample;
mod tables;
mod tampering;
mod trend;
mod verify;

pub use facts::{AuditAction, AuditFact, Facts, GivenAnswer, Objectives, Question};
pub use page::{PAGE_VERSION, page_seal, record_of_page, sealed_page};
pub use record::{RECORD_VERSION, Record};
pub use rows::{
    ApprovalRow, ChainEnd, ClockName, ClockRow, DatasetRow, FindingAfter, Judged, LeftOut, OnTarget, RunRow, StageRow,
    StepRow,
};
pub use tables::{Tables, TablesError};
pub use tampering::Tampering;
pub use trend::Achieved;
pub use verify::{Verified, verify};
