//! The rows of a record's tables.

use jiff::Timestamp;
use saga::{Outcome, PlanHash, Proof, StepState, Tally};
use serde::{Deserialize, Serialize};

/// Whether an objective was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// Achieved within the objective.
    Met,
    /// Achieved, but not within the objective.
    NotMet,
    /// There is an objective, and what was achieved cannot be told: the clock never stopped, or the loss is
    /// unknown. It counts as not met.
    NotTold,
    /// Nothing was set to be met.
    NoObjective,
}

impl Judged {
    /// Judges what was achieved; both in the same unit.
    pub fn of(achieved: Option<i64>, objective: Option<i64>) -> Self {
        match (achieved, objective) {
            (_, None) => Judged::NoObjective,
            (None, Some(_)) => Judged::NotTold,
            (Some(achieved), Some(objective)) if achieved <= objective => Judged::Met,
            (Some(_), Some(_)) => Judged::NotMet,
        }
    }

    /// The judgement for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Judged::Met => "met",
            Judged::NotMet => "not met",
            Judged::NotTold => "not shown to be met",
            Judged::NoObjective => "no objective",
        }
    }
}

/// The saga as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// How it ended.
    pub outcome: Outcome,
    /// Who ended it, if a person did.
    pub ended_by: Option<String>,
    /// When its first line was recorded.
    pub began_at: Timestamp,
    /// When its last line was recorded.
    pub ended_at: Timestamp,
    /// When its plan was made.
    pub planned_at: Timestamp,
    /// The side that the work left; empty if the plan does not tell.
    pub leaving: String,
    /// The side that it went to; empty if the plan does not tell.
    pub target: String,
    /// Whether the leaving side was said to be well.
    pub planned: bool,
    /// How many runners drove it, one after the other.
    pub runners: u32,
    /// Steps by state at the end.
    pub steps: Tally,
}

/// Which clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockName {
    /// Loss to first signal.
    Detect,
    /// First signal to approval.
    Decide,
    /// Approval to the last start on the target.
    Execute,
    /// Last start to the validated target.
    Validate,
    /// Loss, or first signal, to the validated target: what an RTO is about.
    Whole,
}

impl ClockName {
    /// The clock's name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            ClockName::Detect => "detect",
            ClockName::Decide => "decide",
            ClockName::Execute => "execute",
            ClockName::Validate => "validate",
            ClockName::Whole => "the whole (RTO)",
        }
    }
}

/// One clock against its objective. Only the whole has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRow {
    /// Which.
    pub clock: ClockName,
    /// When it began, if it did.
    pub from: Option<Timestamp>,
    /// When it stopped, if it did.
    pub until: Option<Timestamp>,
    /// In milliseconds; `None` if it did not run or did not stop.
    pub achieved_ms: Option<i64>,
    /// In seconds.
    pub objective_s: Option<i64>,
    /// One against the other.
    pub judged: Judged,
}

/// The recovery point of one dataset (R23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetRow {
    /// Its name.
    pub name: String,
    /// What kind of errand reads it.
    pub kind: String,
    /// The time of its last synced data when the plan was made; `None` if it could not be told.
    pub synced_at: Option<Timestamp>,
    /// In seconds: from then until the side was lost; `None` if it could not be told.
    pub loss_s: Option<i64>,
    /// In seconds.
    pub objective_s: Option<i64>,
    /// One against the other.
    pub judged: Judged,
    /// Where the step stands that looked again during the saga.
    pub looked_again: StepState,
}

/// A use of an approval, which is a line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRow {
    /// Which question.
    pub question: String,
    /// Who answered.
    pub by: String,
    /// When the answer was given; `None` if no answer is recorded.
    pub answered_at: Option<Timestamp>,
    /// When the saga used it.
    pub used_at: Timestamp,
    /// The loss that was shown, as the log has it.
    pub loss_shown: String,
    /// Whether the risk was accepted that the question names.
    pub accepts_risk: bool,
    /// How each who answered was proven; empty where the log does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// The plan that was approved.
    pub plan: PlanHash,
    /// The number of its line in the log.
    pub line: u64,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRow {
    /// Its place in the plan, from 0.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// What had to hold before it began.
    pub gate: String,
    /// When it was entered, if it was.
    pub entered_at: Option<Timestamp>,
    /// When the last of its steps was tried or settled, if one was.
    pub last_at: Option<Timestamp>,
    /// Its steps by state at the end.
    pub steps: Tally,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    /// Its stage's place in the plan, from 0.
    pub stage: u16,
    /// Its place in the stage, from 0.
    pub number: u32,
    /// Where the resource is.
    pub place: String,
    /// What kind of resource.
    pub kind: String,
    /// The resource's name.
    pub name: String,
    /// The resource's id in its place.
    pub resource: String,
    /// The wanted state.
    pub want: String,
    /// Where it stands at the end.
    pub state: StepState,
    /// When the outcome of its first try was recorded.
    pub first_try: Option<Timestamp>,
    /// The same, of its last try.
    pub last_try: Option<Timestamp>,
    /// How often it was tried.
    pub tries: u32,
    /// The codes of faults that its lines tell, in order, each once.
    pub faults: Vec<String>,
    /// What was read back, or who waived it and why.
    pub note: String,
}

/// Something that was not done, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Stage, kind and name of a step; empty for what the plan left out.
    pub what: String,
    /// Who left it out: a person, the plan's own rule, or `the plan`.
    pub by: String,
    /// When; `None` for what the plan left out.
    pub at: Option<Timestamp>,
    /// Why.
    pub why: String,
}

/// What still hurts at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingAfter {
    /// Stage, kind and name of the step.
    pub what: String,
    /// Where it stands.
    pub state: StepState,
    /// The code of its last fault; empty if it has none.
    pub code: String,
    /// The last fault, or what is known.
    pub why: String,
}

/// The time in which the work ran on the target, as far as this saga saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTarget {
    /// When the last start on the target was over.
    pub from: Timestamp,
    /// The end of this saga. The work may have stayed there for longer.
    pub until: Timestamp,
    /// In seconds.
    pub seconds: i64,
}

/// Where the chain of hashes ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnd {
    /// How many lines it has.
    pub lines: u64,
    /// The hash of the last one.
    pub tip: String,
}
