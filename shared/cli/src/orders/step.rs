//! Finds the step that an order is about, and shows it in words.

use engine::controls::step_named;
use engine::view::View;
use runtime::Problem;
use saga::bounds::few_of;
use saga::{Step, StepId};

use crate::summary::saga_summary::LISTED;

/// The arguments that name a step.
#[derive(Debug, clap::Args)]
pub(crate) struct StepArguments {
    /// The step as `switchback status` numbers it: stage.number.
    #[arg(value_name = "STEP")]
    step: Option<String>,
    /// The kind of the step, with --name. It replaces the number.
    #[arg(long, requires = "name", conflicts_with = "step")]
    kind: Option<String>,
    /// The name or id of the step's resource.
    #[arg(long, requires = "kind")]
    name: Option<String>,
}

impl StepArguments {
    /// Finds the step in the plan.
    pub(crate) fn find(&self, seen: &View) -> Result<StepId, Problem> {
        let none = |what: String| Problem::refused("NO-STEP", what);
        if let (Some(kind), Some(name)) = (&self.kind, &self.name) {
            return match step_named(&seen.plan, &seen.state, kind, name).as_slice() {
                [one] => Ok(*one),
                [] => Err(none(format!("no open step of saga {} is of kind {kind} named {name:?}", seen.plan.saga))),
                several => {
                    let numbers = several.iter().map(ToString::to_string);
                    Err(none(format!("several are meant: name one of the steps {}", few_of(numbers, LISTED, ", "))))
                }
            };
        }
        let number = self.step.as_deref().unwrap_or_default();
        let parsed = number
            .split_once('.')
            .and_then(|(stage, number)| Some(StepId { stage: stage.parse().ok()?, number: number.parse().ok()? }));
        let step = parsed
            .ok_or_else(|| none(format!("{number:?} names no step: write stage.number, or --kind and --name")))?;
        let there = seen.plan.step(step).map(|_| step);
        there.ok_or_else(|| none(format!("the plan of saga {} has no step {step}", seen.plan.saga)))
    }
}

/// A step in words.
pub(crate) fn words(step: &Step) -> String {
    format!("{} {:?} on the {} -> {}", step.kind, step.name, step.place, step.want)
}
