//! Signals as they come in: every sample in `events` through the function that gets it, and the ways that
//! the template has for them.
//!
//! Beside a sample lies what comes of it, `NAME.reading.json`: what the function answers, and what is then
//! known of the pair.

/// The pair that samples are read for.
#[path = "signals/listeners.rs"]
mod listeners;
/// Every sample and what comes of it.
#[path = "signals/samples.rs"]
mod samples;
/// The ways that the template has for events and requests.
#[path = "signals/ways.rs"]
mod ways;
