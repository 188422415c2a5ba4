//! `switchback approve`: says yes to the question of a saga.

use rim::{Exit, Problem};

use crate::approval::answer::{self, AnswerArguments};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    answer: AnswerArguments,
}

impl Arguments {
    /// Whether the answer is one JSON object.
    pub(crate) fn json(&self) -> bool {
        self.answer.json
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    answer::run(&arguments.answer, true, "")
}
