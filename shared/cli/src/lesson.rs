//! `switchback lesson`: writes down what was learned of a saga, or closes a lesson (R43).

use clap::Subcommand;
use engine::controls::order;
use engine::ports::{Closed, Control, StoreError};
use jiff::SignedDuration;
use jiff::civil::Date;
use rim::{Exit, Problem};
use saga::SagaId;
use saga::bounds::{TEXT, capped};
use serde_json::json;

use crate::controlling::{reason, seen, tell};
use crate::ordering::person;
use crate::place::{self, PairArguments, StoreArguments};
use crate::talk::{data, data_json};

/// A lesson is waited for so long.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// What is done with a lesson.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Writes one down; it follows into the next plans until it is closed.
    Add(Add),
    /// Closes one.
    Close(Close),
}

#[derive(Debug, clap::Args)]
struct Add {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// What was learned; also that there was nothing to learn.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    text: String,
    /// Who sees to it.
    #[arg(long, value_name = "PERSON")]
    owner: Option<String>,
    /// Until when, e.g. 2026-02-01.
    #[arg(long, value_name = "DATE")]
    due: Option<Date>,
    /// Who writes it down; who is signed in on this machine if absent.
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// What it was learned from; the pair's unfinished saga if absent.
    #[arg(long)]
    saga: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Close {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The lesson, as `switchback lessons` names it.
    id: String,
    /// What was done about it.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Whether machines read the answer.
    pub(crate) fn json(&self) -> bool {
        match &self.deed {
            Deed::Add(add) => add.json,
            Deed::Close(close) => close.json,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    match &arguments.deed {
        Deed::Add(add) => run_add(add),
        Deed::Close(close) => run_close(close),
    }
}

fn run_add(add: &Add) -> Result<Exit, Problem> {
    let checked = add.pair.read()?;
    let store = add.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let saga: SagaId = seen(&deps, add.saga.as_deref()).await?.head.saga;
        let control = Control::Lesson { text: add.text.clone(), owner: add.owner.clone(), due: add.due };
        let by = add.by.clone().unwrap_or_else(person);
        let words = control.to_string();
        let ordered = order(&deps, &saga, control, &by, "what was learned", PATIENCE).await?;
        tell(add.json, &saga, &words, &by, &ordered)
    })
}

fn run_close(close: &Close) -> Result<Exit, Problem> {
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
        if close.json {
            data_json(&json!({ "lesson": close.id, "closed": closed }));
        } else {
            data(format_args!("lesson {} is closed by {}\n", close.id, closed.by));
        }
        Ok(Exit::Fine)
    })
}
