//! `switchback retry`: tries a blocked or waiting step at once.

use engine::ports::Control;
use runtime::{Exit, Problem};

use crate::orders::control::{self, ControlArguments};
use crate::orders::step::StepArguments;
use crate::terminal::talk::Form;

/// The arguments of `switchback retry`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    step: StepArguments,
    #[command(flatten)]
    control: ControlArguments,
}

/// Runs `switchback retry`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    control::run(&arguments.control, form, async |_, seen| Ok(Control::Retry { step: arguments.step.find(seen)? }))
}
