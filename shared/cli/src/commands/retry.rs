//! `switchback retry`: tries a blocked or waiting step at once.

use engine::ports::Control;
use rim::{Exit, Problem};

use crate::orders::control::{self, ControlArguments};
use crate::orders::step::StepArguments;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    step: StepArguments,
    #[command(flatten)]
    control: ControlArguments,
}

impl Arguments {
    /// Whether the answer is one JSON object.
    pub(crate) fn json(&self) -> bool {
        self.control.json
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    control::run(&arguments.control, async |_, seen| Ok(Control::Retry { step: arguments.step.find(seen)? }))
}
