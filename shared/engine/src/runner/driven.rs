//! Defines the result of a drive.

use jiff::Timestamp;
use serde::Serialize;

/// The result of a drive. Its JSON is the answer of the function that drives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "driven", rename_all = "snake_case")]
pub enum Driven {
    /// The saga is over, or there is none.
    Over,
    /// Another runner holds the lease, or it has not fully run out.
    Held {
        /// The time before which it cannot be taken.
        until: Timestamp,
    },
    /// Nothing is due before this time. `None`: nothing is due until a person does something.
    Resting {
        /// The time when something is due.
        until: Option<Timestamp>,
    },
    /// There is more to do, and another drive must do it.
    HandedOver,
}
