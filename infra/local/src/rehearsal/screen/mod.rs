//! The first screen of a rehearsal: what a person reads before the story, on one page of a terminal.
//!
//! The screen is a value. One file makes it from the record and the auditor, and another one writes it as text.

mod events;
mod findings;
mod making;
mod model;
mod proof;
mod text;

pub(super) use self::making::{Seen, screen};
pub use self::model::{Blocked, FindingKind, Happening, Mark, Proof, SagaClocks, Screen};
pub use self::text::Files;
