//! `switchback lessons`: lists the lessons, each with the person who takes care of it and the due date.

use engine::ports::LessonItem;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback lessons`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// Also the closed ones.
    #[arg(long)]
    all: bool,
}

/// Runs `switchback lessons`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let lessons = deps.controls.lessons(&checked.pair).await?;
        let lessons: Vec<LessonItem> =
            lessons.into_iter().filter(|lesson| arguments.all || lesson.closed.is_none()).collect();
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "lessons": lessons }));
        } else if lessons.is_empty() {
            data("no lesson is open\n");
        } else {
            lessons.iter().for_each(|lesson| data(line(lesson)));
        }
        Ok(Exit::Fine)
    })
}

fn line(lesson: &LessonItem) -> String {
    let owner = lesson.owner.as_deref().unwrap_or("nobody sees to it");
    let due = lesson.due.map_or_else(String::new, |due| format!(", until {due}"));
    let closed = lesson
        .closed
        .as_ref()
        .map_or_else(String::new, |closed| format!("\n  closed by {}: {}", closed.by, closed.why));
    format!("{}: {} ({owner}{due}; written down by {}){closed}\n", lesson.id, lesson.text, lesson.by)
}
