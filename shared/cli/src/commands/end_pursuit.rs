//! `switchback end-pursuit`: ends the pursuit of steps that could not be verified stopped.

use engine::ports::Control;
use runtime::{Exit, Problem};
use saga::bounds::few_of;

use crate::orders::control::{self, ControlArguments};
use crate::orders::step::{StepArguments, words};
use crate::summary::saga_summary::LISTED;
use crate::terminal::prompts::names_pair;
use crate::terminal::talk::{Form, say};

/// The arguments of `switchback end-pursuit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    step: StepArguments,
    /// All steps that are pursued.
    #[arg(long, conflicts_with_all = ["step", "kind"])]
    all: bool,
    #[command(flatten)]
    control: ControlArguments,
    /// The pair's name, for scripts. Without it the command asks for it.
    #[arg(long = "pair", value_name = "NAME")]
    pair_name: Option<String>,
}

/// Runs `switchback end-pursuit`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    control::run(&arguments.control, form, async |checked, seen| {
        let step = if arguments.all { None } else { Some(arguments.step.find(seen)?) };
        let pursued = seen.plan.steps().filter(|(id, of)| {
            let open = seen.state.step(*id).is_some_and(|record| !record.state.is_settled());
            of.pursue && open && step.is_none_or(|step| step == *id)
        });
        let pursued: Vec<String> = pursued.map(|(id, of)| format!("step {id}: {}", words(of))).collect();
        if !pursued.is_empty() {
            say(few_of(pursued, LISTED, "\n"));
            say("what of it runs, or is switched on again there, is not fenced by this saga any more");
            names_pair(checked, arguments.pair_name.as_deref(), "end its pursuit")?;
        }
        Ok(Control::EndPursuit { step })
    })
}
