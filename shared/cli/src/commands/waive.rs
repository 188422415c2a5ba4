//! `switchback waive`: goes on without a step, and says what a person accepts by that.

use engine::ports::Control;
use failover::Role;
use runtime::{Exit, Problem};

use crate::orders::control::{self, ControlArguments};
use crate::orders::step::{StepArguments, words};
use crate::terminal::prompts::names_pair;
use crate::terminal::talk::{Form, say};

/// The arguments of `switchback waive`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    step: StepArguments,
    #[command(flatten)]
    control: ControlArguments,
    /// The pair's name, for scripts. Without it the command asks for it.
    #[arg(long = "pair", value_name = "NAME")]
    pair_name: Option<String>,
}

/// Runs `switchback waive`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    control::run(&arguments.control, form, async |checked, seen| {
        let step = arguments.step.find(seen)?;
        if let Some(of) = seen.plan.step(step) {
            say(format_args!("step {step}: {}", words(of)));
            say("the saga goes on as if it were done, and never tries it again");
            if of.place == Role::Leaving.as_str() {
                say("it is not verified stopped: its counterpart may then be started on the target, and both may \
                     process the same data");
            }
            names_pair(checked, arguments.pair_name.as_deref(), "waive it")?;
        }
        Ok(Control::Waive { step })
    })
}
