//! `switchback lesson`: writes down a lesson that people learned from a saga, or closes one (R43).

use clap::Subcommand;
use engine::controls::order;
use engine::ports::{Closed, Control, StoreError};
use jiff::SignedDuration;
use jiff::civil::Date;
use runtime::{Exit, Problem};
use saga::SagaId;
use saga::bounds::{TEXT, capped};
use serde_json::json;

use crate::orders::control::{reason, seen, tell};
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json};

/// The longest wait until the order to add a lesson is carried out.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// The arguments of `switchback lesson`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: LessonCommand,
}

#[derive(Debug, Subcommand)]
enum LessonCommand {
    /// Writes a lesson down. It follows into the next plans until it is closed.
    Add(Add),
    /// Closes a lesson.
    Close(Close),
}

#[derive(Debug, clap::Args)]
struct Add {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The lesson, or that there was nothing to learn.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    text: String,
    /// The person who takes care of it.
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
    /// The due date, e.g. 2026-02-01.
    #[arg(long, value_name = "DATE")]
    due: Option<Date>,
    /// The person who writes it down. By default the one who is signed in on this machine.
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// The saga that it was learned from. By default the pair's unfinished one.
    #[arg(long)]
    saga: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Close {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// Id of the lesson, as `switchback lessons` shows it.
    id: String,
    /// The reason to close it: what was done about it.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
}

/// Runs `switchback lesson`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    match &arguments.command {
        LessonCommand::Add(add) => run_add(add, form),
        LessonCommand::Close(close) => run_close(close, form),
    }
}

fn run_add(add: &Add, form: Form) -> Result<Exit, Problem> {
    let checked = add.pair.read()?;
    let store = add.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let saga: SagaId = seen(&deps, add.saga.as_deref()).await?.head.saga;
        let control = Control::Lesson { text: add.text.clone(), owner: add.owner.clone(), due: add.due };
        let by = add.by.clone().unwrap_or_else(person);
        let words = control.to_string();
        let ordered = order(&deps, &saga, control, &by, "what was learned", PATIENCE).await?;
        tell(form, &saga, &words, &by, &ordered)
    })
}

fn run_close(close: &Close, form: Form) -> Result<Exit, Problem> {
    let checked = close.pair.read()?;
    let store = close.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let closed = Closed { by: person(), why: capped(&close.why, TEXT), at: deps.clock.now() };
        match deps.controls.close_lesson(&checked.pair, &close.id, &closed).await {
            Ok(()) => {}
            Err(StoreError::Refused(_)) => {
                let message = format!("pair {} has no open lesson {}", checked.pair, close.id);
                return Err(Problem::refused("NO-LESSON", message));
            }
            Err(error) => return Err(error.into()),
        }
        if form == Form::Json {
            data_json(&json!({ "lesson": close.id, "closed": closed }));
        } else {
            data(format_args!("lesson {} is closed by {}\n", close.id, closed.by));
        }
        Ok(Exit::Fine)
    })
}
