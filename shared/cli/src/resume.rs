//! `switchback resume`: a held saga goes on.

use engine::ports::Control;
use rim::{Exit, Problem};

use crate::controlling::{self, ControlArguments};
use crate::talk::say;

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
    controlling::run(&arguments.control, async |_, seen| {
        say(format_args!("what is deployed goes on with saga {}; on one machine give its order again", seen.head.saga));
        Ok(Control::Resume)
    })
}
