//! The record of an operation of many steps, and the decisions that drive it.
//!
//! Law: values in, values out. There is no clock, no randomness, no I/O and no logging; the caller gives the time.
//! Must not know: the meaning of the steps.
//!
//! | word | meaning here | not |
//! |---|---|---|
//! | plan | frozen data: stages with gates, steps in each | workflow |
//! | step | one resource that is brought to one wanted state | task |
//! | attempt | one try of one step | retry |
//! | gate | the condition that must hold before a stage begins | barrier |
//! | line | one event of a saga, chained by hash to the one before | record |
//! | fault | the reason why an attempt did not succeed, sorted by what to do next | error |
//!
//! The whole mechanism is three functions over those values:
//!
//! - [`State::apply`] applies a line to the state.
//! - [`decide::decide`] says what should be under way for a plan, a state and a time.
//! - [`log::Chain::link`] makes the next line.
//!
//! Everything that is true of a saga follows from its plan and its lines alone (S18). So a duplicate, late or lost
//! wake changes nothing.

pub mod bounds;
mod controls;
pub mod decide;
pub mod event;
pub mod fault;
pub mod frontier;
mod illegal;
pub mod log;
pub mod plan;
mod proof;
pub mod state;
mod step_record;
mod transition;

pub use controls::{Hold, Lesson};
pub use decide::{Decision, decide};
pub use event::{ControlEvent, Event, Outcome, SagaEvent, StepEvent};
pub use fault::{Code, Fault, Reaction};
pub use frontier::Frontier;
pub use illegal::TransitionError;
pub use log::{Chain, Line};
pub use plan::{Class, Gate, Need, Needed, Plan, PlanError, PlanHash, Restarter, SagaId, Stage, Step, StepId};
pub use proof::Proof;
pub use state::State;
pub use step_record::{StepRecord, StepState, Tally};
