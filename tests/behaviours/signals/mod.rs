//! Checks signals on their way in: every sample in `events` goes through its function, and the template has a way for
//! each.
//!
//! The file `NAME.reading.json` beside a sample has the expected result: the answer of the function, and the readings
//! that the pair has afterwards.

mod listeners;
mod samples;
mod ways;
