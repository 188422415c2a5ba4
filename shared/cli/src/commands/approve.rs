//! `switchback approve`: says yes to the question of a saga.

use runtime::{Exit, Problem};

use crate::approval::answer::{self, AnswerArguments};
use crate::terminal::talk::Form;

/// The arguments of `switchback approve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    answer: AnswerArguments,
}

/// Runs `switchback approve`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    answer::run(&arguments.answer, form, true, "")
}
