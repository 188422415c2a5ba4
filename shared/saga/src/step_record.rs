//! The record of one step, and the number of steps by state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The state of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Nothing was tried yet.
    Planned,
    /// The effect may have been made, so it must be read first.
    Intended,
    /// It was tried, and is not yet as wanted.
    Waiting,
    /// The wanted state was read back.
    Done,
    /// Only a person can help. It is read again from time to time, in case somebody has helped.
    Blocked,
    /// A person, or the rule for optional steps, decided to go on without it.
    Waived,
}

impl StepState {
    /// Whether it is done or waived, so that nothing more will be tried.
    pub fn is_settled(self) -> bool {
        match self {
            StepState::Done | StepState::Waived => true,
            StepState::Planned | StepState::Intended | StepState::Waiting | StepState::Blocked => false,
        }
    }
}

/// The record of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its current state.
    pub state: StepState,
    /// Number of attempts so far. It never falls (S18).
    pub attempts: u32,
    /// When the first attempt's outcome was recorded.
    pub first_try: Option<Timestamp>,
    /// When the last attempt's outcome was recorded.
    pub last_try: Option<Timestamp>,
    /// Earliest time of the next try.
    pub next_at: Option<Timestamp>,
    /// The fault of the last attempt, if it did not succeed.
    pub fault: Option<Fault>,
    /// The state that was read back, or the person who waived it and the reason.
    pub note: String,
    /// Epoch under which it was last changed.
    pub epoch: u64,
}

impl StepRecord {
    /// The record of a step before anything is recorded.
    pub fn planned() -> Self {
        Self {
            state: StepState::Planned,
            attempts: 0,
            first_try: None,
            last_try: None,
            next_at: None,
            fault: None,
            note: String::new(),
            epoch: 0,
        }
    }
}

/// Number of steps by state. The fields add up to the number of steps (S18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Number of steps in [`StepState::Planned`].
    pub planned: u32,
    /// Number of steps in [`StepState::Intended`].
    pub intended: u32,
    /// Number of steps in [`StepState::Waiting`].
    pub waiting: u32,
    /// Number of steps in [`StepState::Done`].
    pub done: u32,
    /// Number of steps in [`StepState::Blocked`].
    pub blocked: u32,
    /// Number of steps in [`StepState::Waived`].
    pub waived: u32,
}

impl Tally {
    /// Number of all steps.
    pub fn total(&self) -> u32 {
        self.planned + self.intended + self.waiting + self.done + self.blocked + self.waived
    }

    /// Number of steps that are neither done nor waived.
    pub fn open(&self) -> u32 {
        self.total() - self.done - self.waived
    }

    /// Adds another tally.
    #[must_use]
    pub fn plus(self, other: Tally) -> Tally {
        Tally {
            planned: self.planned + other.planned,
            intended: self.intended + other.intended,
            waiting: self.waiting + other.waiting,
            done: self.done + other.done,
            blocked: self.blocked + other.blocked,
            waived: self.waived + other.waived,
        }
    }

    /// The number of steps in a state.
    pub(crate) fn slot(&mut self, state: StepState) -> &mut u32 {
        match state {
            StepState::Planned => &mut self.planned,
            StepState::Intended => &mut self.intended,
            StepState::Waiting => &mut self.waiting,
            StepState::Done => &mut self.done,
            StepState::Blocked => &mut self.blocked,
            StepState::Waived => &mut self.waived,
        }
    }
}
