//! Defines the result of a dry run: the gate of every stage, and the calls and the end of every step.
//!
//! Law: plain data that contains no secret (S23). Must not know: how it was foreseen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use saga::{Code, PlanHash, SagaId, StepId};
use serde::Serialize;
use serde_json::Value;

/// One call that a run would make and that may change something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Foreseen {
    /// The location: `leaving`, `target`, `outside`, or `pair` for the records and publications of Switchback.
    pub place: String,
    /// The API family that the limiter counts it with. It is empty for Switchback's own records.
    pub family: String,
    /// The HTTP method, or the vendor's name for the operation.
    pub method: String,
    /// The path and query, an address, or the subject of the operation.
    pub to: String,
    /// The content.
    pub body: Value,
    /// The effect of the call, for people.
    pub what: String,
}

/// The foreseen end of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "ends", rename_all = "snake_case")]
pub enum Ends {
    /// It was read as wanted, with no call. Or an action that only reads was really carried out.
    AsWanted {
        /// The state that was read.
        note: String,
    },
    /// Its calls would bring it to the wanted state, if they have their effect.
    Assumed,
    /// A change is under way and is waited for. Only the next read shows whether more is to do.
    Awaited {
        /// The change that is awaited.
        why: String,
    },
    /// It cannot be foreseen.
    NotForeseen {
        /// The reason.
        why: String,
    },
    /// Only a person could help.
    Blocked {
        /// The advice code.
        code: Code,
        /// The fault.
        message: String,
    },
}

/// The foreseen step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepForeseen {
    /// The step.
    pub step: StepId,
    /// The location.
    pub place: String,
    /// The kind of the resource.
    pub kind: String,
    /// The resource's id.
    pub resource: String,
    /// The resource's name.
    pub name: String,
    /// The wanted state.
    pub want: String,
    /// Its calls, in order.
    pub calls: Vec<Foreseen>,
    /// The foreseen end of the step.
    #[serde(flatten)]
    pub ends: Ends,
}

/// Whether a stage would be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Its gate would open.
    Holds,
    /// Its gate would open after a person has helped with the blocked steps before it.
    WhenHelped,
    /// Its gate would not open, whatever is assumed.
    Never,
}

/// The foreseen stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageForeseen {
    /// The stage's name.
    pub name: String,
    /// The stage's gate, in words.
    pub gate: String,
    /// Whether it would be entered.
    pub entry: Entry,
    /// Its steps, in the plan's order.
    pub steps: Vec<StepForeseen>,
}

/// The run of a plan, as far as it can be foreseen without a call that changes something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DryRun {
    /// The saga that the plan is for.
    pub saga: SagaId,
    /// The plan.
    pub plan: PlanHash,
    /// The time when the sides were read.
    pub looked_at: Timestamp,
    /// The assumptions that were made.
    pub assumptions: Vec<String>,
    /// The stages, in the plan's order.
    pub stages: Vec<StageForeseen>,
    /// The number of reads that were made, by location and family.
    pub looks: BTreeMap<String, u64>,
    /// The number of calls that are foreseen, by location and family.
    pub totals: BTreeMap<String, u64>,
    /// In seconds: the time of the calls alone, at the limits that are known. Reads, and waits for changes, come on
    /// top.
    pub calls_take_s: f64,
    /// The findings of the plan.
    pub findings: Vec<String>,
}

impl DryRun {
    /// Every call, in the order in which the calls begin.
    pub fn calls(&self) -> impl Iterator<Item = &Foreseen> {
        self.steps().flat_map(|step| &step.calls)
    }

    /// Every step that was foreseen.
    pub fn steps(&self) -> impl Iterator<Item = &StepForeseen> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }
}

/// In seconds: the time of the calls, one stage after the other. The families of a stage are called in parallel, each
/// at its limit. Pure.
pub(super) fn calls_take_s(stages: &[StageForeseen], limits: &BTreeMap<String, f64>) -> f64 {
    let of_stage = |stage: &StageForeseen| {
        let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for call in stage.steps.iter().flat_map(|step| &step.calls) {
            *counts.entry((&call.place, &call.family)).or_default() += 1;
        }
        let spans = counts.into_iter().filter_map(|((_, family), count)| {
            limits.get(family).filter(|limit| **limit > 0.0).map(|limit| f64::from(count) / limit)
        });
        spans.fold(0.0, f64::max)
    };
    stages.iter().map(of_stage).sum()
}
