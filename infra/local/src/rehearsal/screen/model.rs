//! The screen of a rehearsal as a value.

use failover::clocks::ClockSeconds;
use jiff::Timestamp;

/// Everything that the screen of a rehearsal shows, before it is laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of all random decisions.
    pub seed: u64,
    /// Number of resources on each side.
    pub resources: usize,
    /// Title of the scenario.
    pub title: String,
    /// The origin of the estate, if it is a captured one.
    pub estate: Option<String>,
    /// The important events, in order of time.
    pub happened: Vec<Happening>,
    /// The sentence that says where the work is at the end.
    pub work: String,
    /// The outcome, as the report has it.
    pub outcome: String,
    /// The clocks of each saga that people ordered or detection proposed.
    pub clocks: Vec<SagaClocks>,
    /// The findings of the auditor, who reads only what truly ran.
    pub proof: Vec<Proof>,
    /// Blocked steps by the code of their fault.
    pub blocked: Vec<Blocked>,
    /// The findings of the plans by what they say, the most frequent first.
    pub findings: Vec<FindingKind>,
}

/// One event on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When it happened.
    pub at: Timestamp,
    /// The mark in front of it.
    pub mark: Mark,
    /// The event in words.
    pub text: String,
}

/// The mark in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Something failed or was refused.
    Failed,
    /// A person gave an order.
    Ordered,
    /// It is as it must be.
    Well,
    /// A side starts.
    Starts,
    /// A side stops.
    Stops,
    /// People should know it, and it is no failure.
    Beware,
    /// A fact among others.
    Note,
    /// A message to people. It is left out first when there is too little room.
    Message,
}

/// The clocks of one saga.
#[derive(Clone, Debug, PartialEq)]
pub struct SagaClocks {
    /// Kind of the saga, e.g. `failover`.
    pub kind: String,
    /// The four clocks and their sum.
    pub seconds: ClockSeconds,
    /// In seconds: from the question to its answer. `None` if nobody answered.
    pub people_s: Option<f64>,
}

/// One finding of the auditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Whether it is as it must be.
    pub mark: Mark,
    /// The finding in words.
    pub text: String,
}

/// Steps that wait for a person because of one fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Code of the fault.
    pub code: String,
    /// Number of steps.
    pub steps: usize,
}

/// Findings that say the same of several resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingKind {
    /// Number of findings.
    pub count: usize,
    /// Kind of the resources, e.g. `job`. Empty if the finding names none.
    pub kind: String,
    /// The thing that would hurt, without its remedy.
    pub what: String,
}
