//! Evidence: what a record tells, and that nobody alters it unnoticed (R51, R52).

mod bytes;
mod forged;
mod sample;
mod told;
