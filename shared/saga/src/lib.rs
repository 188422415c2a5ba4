//! How a multi-step operation is recorded and driven.
//!
//! Its law: values in, values out. No clock, no randomness, no I/O, no logging;
//! whoever calls passes the time in. It must not know what its steps mean.
//!
//! | word | meaning here | not |
//! |---|---|---|
//! | plan | frozen data: stages with gates, steps in each | workflow |
//! | step | one resource brought to one wanted state | task, action |
//! | attempt | one try of one step | retry |
//! | gate | what must hold before a stage begins | barrier |
//! | line | one event of a saga, chained by hash to the one before | record |
//! | fault | why an attempt did not succeed, sorted by what to do next | error |
//!
//! The whole mechanism is three functions over those values:
//! [`State::apply`] folds a line into the state, [`decide::decide`] says what
//! should be under way for a plan, a state and a time, and [`log::Chain::link`]
//! makes the next line. Everything that is true of a saga follows from its plan
//! and its lines alone (S18), so a duplicate, late or lost wake-up changes nothing.

pub mod bounds;
mod controls;
pub mod decide;
pub mod event;
pub mod fault;
pub mod frontier;
pub mod log;
pub mod plan;
mod proof;
pub mod state;
mod transition;

pub use controls::{Hold, Lesson};
pub use decide::{Decision, decide};
pub use event::{Event, Outcome};
pub use fault::{Code, Fault, Reaction};
pub use frontier::Frontier;
pub use log::{Chain, Line};
pub use plan::{Class, Gate, Need, Needed, Plan, PlanError, PlanHash, SagaId, Stage, Step, StepId, Undoer};
pub use proof::Proof;
pub use state::{Illegal, State, StepRecord, StepState, Tally};
