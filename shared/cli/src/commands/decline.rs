//! `switchback decline`: says no to the question of a saga. The saga is held by it and not destroyed.

use runtime::{Exit, Problem};

use crate::approval::answer::{self, AnswerArguments};
use crate::terminal::talk::Form;

/// The arguments of `switchback decline`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    answer: AnswerArguments,
    /// The reason, for the record.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Runs `switchback decline`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    answer::run(&arguments.answer, form, false, &arguments.why)
}
