//! The rows of a record's tables.

use jiff::Timestamp;
use saga::{Outcome, PlanHash, Proof, StepState, Tally};
use serde::{Deserialize, Serialize};

/// The result of comparing with an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// The objective was met.
    Met,
    /// A value was achieved, but not within the objective.
    NotMet,
    /// There is an objective, and the achieved value is unknown: the clock never stopped, or the loss is unknown.
    /// It counts as not met.
    NotTold,
    /// No objective was set.
    NoObjective,
}

impl Judged {
    /// Compares the achieved value with the objective. Both must be in the same unit.
    pub fn of(achieved: Option<i64>, objective: Option<i64>) -> Self {
        match (achieved, objective) {
            (_, None) => Judged::NoObjective,
            (None, Some(_)) => Judged::NotTold,
            (Some(achieved), Some(objective)) if achieved <= objective => Judged::Met,
            (Some(_), Some(_)) => Judged::NotMet,
        }
    }

    /// The words for people, e.g. `not met`.
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
    /// Outcome of the saga.
    pub outcome: Outcome,
    /// Name of the person who ended it; `None` if no person did.
    pub ended_by: Option<String>,
    /// When its first line was recorded.
    pub began_at: Timestamp,
    /// When its last line was recorded.
    pub ended_at: Timestamp,
    /// When its plan was made.
    pub planned_at: Timestamp,
    /// The side that the work left; empty if the plan does not say it.
    pub leaving: String,
    /// The side that the work went to; empty if the plan does not say it.
    pub target: String,
    /// Whether the order said that the leaving side is healthy.
    pub planned: bool,
    /// Number of runners that drove it, one after the other.
    pub runners: u32,
    /// Number of steps by state at the end.
    pub steps: Tally,
}

/// The name of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockName {
    /// From the loss to the first signal.
    Detect,
    /// From the first signal to the approval.
    Decide,
    /// From the approval to the last start on the target.
    Execute,
    /// From the last start to the validated target.
    Validate,
    /// From the loss, or the first signal, to the validated target. An RTO is about this clock.
    Whole,
}

impl ClockName {
    /// The name for people, e.g. `detect`.
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

/// One clock against its objective. Only [`ClockName::Whole`] has an objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRow {
    /// Name of the clock.
    pub clock: ClockName,
    /// When it began; `None` if it did not.
    pub from: Option<Timestamp>,
    /// When it stopped; `None` if it did not.
    pub until: Option<Timestamp>,
    /// In milliseconds: the time that it ran; `None` if it did not run or did not stop.
    pub achieved_ms: Option<i64>,
    /// In seconds: the objective; `None` if there is none.
    pub objective_s: Option<i64>,
    /// The result of comparing the two.
    pub judged: Judged,
}

/// The recovery point of one dataset (R23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetRow {
    /// Name of the dataset.
    pub name: String,
    /// Kind of the action that reads it.
    pub kind: String,
    /// Time of its last synced data when the plan was made; `None` if it was unknown.
    pub synced_at: Option<Timestamp>,
    /// In seconds: from then until the side was lost; `None` if it was unknown.
    pub loss_s: Option<i64>,
    /// In seconds: the objective; `None` if there is none.
    pub objective_s: Option<i64>,
    /// The result of comparing the two.
    pub judged: Judged,
    /// State of the step that read it again during the saga.
    pub looked_again: StepState,
}

/// The use of an approval, which is a line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRow {
    /// Name of the question.
    pub question: String,
    /// The people who answered.
    pub by: String,
    /// When the answer was given; `None` if no answer is recorded.
    pub answered_at: Option<Timestamp>,
    /// When the saga used it.
    pub used_at: Timestamp,
    /// The loss that was shown, in the form of the log, e.g. `420 s`.
    pub loss_shown: String,
    /// Whether the risk that the question names was accepted.
    pub accepts_risk: bool,
    /// Proof of each person who answered; empty if the log has no proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// Hash of the plan that was approved.
    pub plan: PlanHash,
    /// Number of its line in the log.
    pub line: u64,
}

/// One stage of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRow {
    /// Index of the stage in the plan, from 0.
    pub number: u16,
    /// Name of the stage.
    pub name: String,
    /// The condition that had to hold before it began, as text.
    pub gate: String,
    /// When it was entered; `None` if it was not.
    pub entered_at: Option<Timestamp>,
    /// When the last of its steps was tried or settled; `None` if none was.
    pub last_at: Option<Timestamp>,
    /// Number of its steps by state at the end.
    pub steps: Tally,
}

/// One step of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    /// Index of its stage in the plan, from 0.
    pub stage: u16,
    /// Index of the step in the stage, from 0.
    pub number: u32,
    /// Location of the resource, e.g. `target`.
    pub place: String,
    /// Kind of the resource.
    pub kind: String,
    /// Name of the resource.
    pub name: String,
    /// Id of the resource in its location.
    pub resource: String,
    /// Wanted state of the resource.
    pub want: String,
    /// State of the step at the end.
    pub state: StepState,
    /// When the outcome of its first try was recorded.
    pub first_try: Option<Timestamp>,
    /// When the outcome of its last try was recorded.
    pub last_try: Option<Timestamp>,
    /// Number of tries.
    pub tries: u32,
    /// Codes of the faults in its lines, in order, each once.
    pub faults: Vec<String>,
    /// The state that was read back, or the person who waived it and the reason.
    pub note: String,
}

/// Something that was left out, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Stage, kind and name of a step; empty if the plan left it out.
    pub what: String,
    /// The person or the rule that left it out, or `the plan`.
    pub by: String,
    /// When it was left out; `None` if the plan left it out.
    pub at: Option<Timestamp>,
    /// Reason.
    pub why: String,
}

/// A step that is not done at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingAfter {
    /// Stage, kind and name of the step.
    pub what: String,
    /// State of the step.
    pub state: StepState,
    /// The code of its last fault; empty if it has none.
    pub code: String,
    /// The last fault, or else the note of the step.
    pub why: String,
}

/// The time for which the work ran on the target, as far as this saga saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTarget {
    /// When the last start on the target was over.
    pub from: Timestamp,
    /// The end of this saga. The work may have stayed there longer.
    pub until: Timestamp,
    /// In seconds: the length of this time.
    pub seconds: i64,
}

/// The end of the chain of hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEnd {
    /// Number of lines in the chain.
    pub lines: u64,
    /// Hash of the last line.
    pub tip: String,
}
