//! `switchback resume`: lets a held saga go on.

use engine::ports::Control;
use rim::{Exit, Problem};

use crate::orders::control::{self, ControlArguments};
use crate::terminal::talk::say;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
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
    control::run(&arguments.control, async |_, seen| {
        say(format_args!("what is deployed goes on with saga {}; on one machine give its order again", seen.head.saga));
        Ok(Control::Resume)
    })
}
