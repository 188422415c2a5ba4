//! Tests of evidence: the content of a record, and that nobody alters it unnoticed (R51, R52).

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

mod bytes;
mod forged;
mod told;
