//! Evidence: the record of one saga that convinces a stranger (R51, R52).
//!
//! A [`Record`] has two halves. Its *facts* are what was recorded while the saga ran: the frozen plan in its
//! exact bytes, the log with its chain of hashes, what people were asked and did. Its *tables* are what
//! follows from the facts and from nothing else: clocks, losses, steps, approvals, findings. Whoever doubts a
//! table makes it again.
//!
//! | word | meaning here | not |
//! |---|---|---|
//! | fact | something that was recorded while the saga ran | field |
//! | table | what follows from the facts, made by a pure function | report |
//! | seal | SHA-256 over the whole content with the seal's own place left blank | signature |
//! | page | the record as one HTML file that carries the record itself | report |
//!
//! # The canonical form
//!
//! The JSON file is what `serde_json` writes for [`Record`] with an indentation of two spaces, members in the
//! order of the declarations here, members that are absent left out where their declaration says so, `<`
//! written as `\u003c` so that the same bytes can stand in a page, and one line feed at the end. There is
//! exactly one such file for a record, so any other spelling of the same content is told as an alteration.
//!
//! # What a seal proves, and what it does not
//!
//! There is no key in a seal, so anybody can compute one. It proves that a file is whole and unaltered
//! *compared with a seal that is known from elsewhere*. By itself it proves only that nobody altered the file
//! without knowing how seals are made.
//!
//! Against somebody who does know, [`verify`] makes every table again and holds the facts against each other:
//! the plan against its hash, the hash against the log's first line, every line against the one before, the
//! answers of people against the lines that used them, the outcome against the last line. What nothing else
//! in the file depends on, it cannot hold against anything: the trail beside the log, the sentences of the
//! verdict, the objective of the RTO, when the side was lost, the names of people whose answer was
//! not used. And a forger who makes up a whole saga, with its plan, its chain and its seal, has a file that
//! agrees with itself. No file without a key can prevent that.
//!
//! What does is that the seal stands in places that the forger cannot reach: in the key of the object in a
//! bucket under Object Lock, whose versions nobody can replace or delete before their time is over, whoever
//! he is, in compliance mode [S3: Object Lock, retention modes]; in the saga's item of the pair's history; and
//! in the footer of every copy that was handed out. `switchback verify FILE --seal HASH` compares with one.

mod canonical;
mod facts;
mod holding;
mod page;
mod record;
mod rows;
mod tables;
mod trend;
mod verify;

pub use facts::{Deed, Facts, Given, Objectives, Question, TrailFact};
pub use page::{PAGE_VERSION, page_seal, record_of_page, sealed_page};
pub use record::{RECORD_VERSION, Record};
pub use rows::{
    ApprovalRow, ChainEnd, ClockName, ClockRow, DatasetRow, FindingAfter, Judged, LeftOut, OnTarget, RunRow, StageRow,
    StepRow,
};
pub use tables::{NoTables, Tables};
pub use trend::Achieved;
pub use verify::{Tampering, Verified, verify};
