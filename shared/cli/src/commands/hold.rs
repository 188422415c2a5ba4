//! `switchback hold`: holds the saga. Nothing of it acts until `switchback resume`, the pursuit included.

use engine::ports::Control;
use runtime::{Exit, Problem};

use crate::orders::control::{self, ControlArguments};
use crate::summary::saga_summary::SagaSummary;
use crate::terminal::talk::{Form, say};

/// The arguments of `switchback hold`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    control: ControlArguments,
}

/// Runs `switchback hold`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    control::run(&arguments.control, form, async |_, seen| {
        let summary = SagaSummary::of(seen);
        let (open, leaving) = (summary.pursuit_left, summary.leaving);
        say("while it is held nothing of the saga acts: no start, no fence, no pursuit");
        if open > 0 {
            say(format_args!(
                "{open} steps on the {leaving} are not verified stopped, and nothing fences them while it is held"
            ));
        }
        Ok(Control::Hold)
    })
}
