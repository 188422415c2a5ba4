//! Checks signals on their way in: every sample in `events` goes through its function, and the template has a way for
//! each.
//!
//! The file `NAME.reading.json` beside a sample has the expected result: the answer of the function, and the readings
//! that the pair has afterwards.

/// The pair that samples are read for.
#[path = "signals/listeners.rs"]
mod listeners;
/// Every sample with its expected result.
#[path = "signals/samples.rs"]
mod samples;
/// The ways that the template has for events and requests.
#[path = "signals/ways.rs"]
mod ways;
