//! `switchback resume`: lets a held saga go on.

use engine::ports::Control;
use runtime::{Exit, Problem};

use crate::orders::control::{self, ControlArguments};
use crate::terminal::talk::{Form, say};

/// The arguments of `switchback resume`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    control: ControlArguments,
}

/// Runs `switchback resume`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    control::run(&arguments.control, form, async |_, seen| {
        say(format_args!("what is deployed goes on with saga {}; on one machine give its order again", seen.head.saga));
        Ok(Control::Resume)
    })
}
