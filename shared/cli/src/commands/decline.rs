//! `switchback decline`: says no to the question of a saga. The saga is held by it and not destroyed.

use rim::{Exit, Problem};

use crate::approval::answer::{self, AnswerArguments};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    answer: AnswerArguments,
    /// The reason, for the record.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

impl Arguments {
    /// Whether the answer is one JSON object.
    pub(crate) fn json(&self) -> bool {
        self.answer.json
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    answer::run(&arguments.answer, false, &arguments.why)
}
