//! What a dry run tells: for every stage its gate, for every step its calls and how it would end.
//!
//! Law: plain data, and nothing of it holds a secret (S23). Must not know: how it was foreseen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use saga::{Code, PlanHash, SagaId, StepId};
use serde::Serialize;
use serde_json::Value;

/// One call that a run would make and that may change something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Foreseen {
    /// Where it goes: `leaving`, `target`, `outside`, or `pair` for what Switchback records and publishes.
    pub place: String,
    /// What the limiter counts it with; empty for Switchback's own records.
    pub family: String,
    /// The HTTP method, or what the vendor calls the operation.
    pub method: String,
    /// Path and query, an address, or what the operation is about.
    pub to: String,
    /// What is sent.
    pub body: Value,
    /// What it does, for people.
    pub what: String,
}

/// How a step would end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "ends", rename_all = "snake_case")]
pub enum Ends {
    /// It was read as wanted, with no call; or an errand that only reads was really made.
    AsWanted {
        /// What was read.
        note: String,
    },
    /// By its calls, if they have their effect.
    Assumed,
    /// A change is under way: it is waited for, and only the look after it tells whether more is to do.
    Awaited {
        /// What for.
        why: String,
    },
    /// It cannot be foreseen.
    NotForeseen {
        /// Why.
        why: String,
    },
    /// Only a person could help.
    Blocked {
        /// The page of advice.
        code: Code,
        /// What is wrong.
        message: String,
    },
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepForeseen {
    /// Which.
    pub step: StepId,
    /// Where.
    pub place: String,
    /// Of what kind.
    pub kind: String,
    /// The resource's id.
    pub resource: String,
    /// Its name.
    pub name: String,
    /// The wanted state.
    pub want: String,
    /// Its calls, in order.
    pub calls: Vec<Foreseen>,
    /// How it would end.
    #[serde(flatten)]
    pub ends: Ends,
}

/// Whether a stage would be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Its gate would hold.
    Holds,
    /// Its gate would hold when a person has helped with the blocked steps before it.
    WhenHelped,
    /// Its gate would not hold, whatever is assumed.
    Never,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageForeseen {
    /// Its name.
    pub name: String,
    /// Its gate, in words.
    pub gate: String,
    /// Whether it would be entered.
    pub entry: Entry,
    /// Its steps, in the plan's order.
    pub steps: Vec<StepForeseen>,
}

/// What a run of a plan would do, as far as it can be told without doing it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DryRun {
    /// The saga that the plan is for.
    pub saga: SagaId,
    /// The plan.
    pub plan: PlanHash,
    /// When it was looked.
    pub looked_at: Timestamp,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// The stages, in the plan's order.
    pub stages: Vec<StageForeseen>,
    /// Looks that were made, by place and family.
    pub looks: BTreeMap<String, u64>,
    /// Calls foreseen, by place and family.
    pub totals: BTreeMap<String, u64>,
    /// In seconds: how long the calls alone take at the limits that are known; looks, and what
    /// is waited for, come on top.
    pub calls_take_s: f64,
    /// What would hurt, as the plan has it.
    pub findings: Vec<String>,
}

impl DryRun {
    /// Every call, in the order in which they are begun.
    pub fn calls(&self) -> impl Iterator<Item = &Foreseen> {
        self.steps().flat_map(|step| &step.calls)
    }

    /// Every step that was looked at.
    pub fn steps(&self) -> impl Iterator<Item = &StepForeseen> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }
}

/// In seconds: how long the calls of each stage take, one stage after the other, where the families
/// of a stage are called side by side, each at its limit. Pure.
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
