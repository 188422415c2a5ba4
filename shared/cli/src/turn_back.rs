//! `switchback turn-back`: a drill goes back at once, and gives up what is open of the way there.

use engine::ports::Control;
use rim::{Exit, Problem};

use crate::controlling::{self, ControlArguments};

/// Who and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    control: ControlArguments,
}

impl Arguments {
    /// Whether machines read the answer.
    pub(crate) fn json(&self) -> bool {
        self.control.json
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    controlling::run(&arguments.control, async |_, _| Ok(Control::TurnBack))
}
