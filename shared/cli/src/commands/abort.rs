//! `switchback abort`: ends the pair's unfinished saga where it stands.
//!
//! Nothing is turned back. The end is acknowledged only when no effect can land any more (S14). The command says
//! first whether the work runs after it (S31).

use engine::pair::pair_head;
use engine::pair_status::pair_status;
use engine::view::view;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::operation::drive::{Ended, drive};
use crate::orders::control::reason;
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::{Others, StoreArguments};
use crate::summary::first::{First, Lines};
use crate::summary::saga_summary::SagaSummary;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json, say};

/// The arguments of `switchback abort`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The reason, for the record.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    why: String,
    /// The person who ends it, for the record. By default the one who is signed in on this machine.
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
}

/// Runs `switchback abort`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let saga = pair_head(&deps).await?.saga.ok_or_else(|| {
            Problem::refused(
                "NO-SAGA",
                format!("pair {} has no unfinished saga: there is nothing to end", checked.pair),
            )
        })?;
        let by = arguments.by.clone().unwrap_or_else(person);
        engine::controls::abort(&deps, &saga, &by, &arguments.why).await?;
        let ended = drive(&deps, &saga, Others::AreFollowed).await?;
        let status = pair_status(&deps).await?;
        let lines = Lines { pair: &arguments.pair, again: arguments.store.again(), store: &store };
        let first = First::of(&status, &lines);
        let summary = view(&deps, Some(&saga)).await?.as_ref().map(SagaSummary::of);
        if form == Form::Json {
            let mut told = json!(summary);
            first.add_to(&mut told);
            data_json(&told);
        } else {
            let summary = summary.map_or_else(String::new, |summary| format!("\n{}", summary.text()));
            data(format_args!("{}{summary}", first.text));
        }
        if let Ended::Over(_) = ended {
            say("it is over: no effect of it can land any more");
        }
        Ok(match ended {
            // The state of the checkpoint has nothing to do with the abort.
            Ended::Over(_) if first.stands_still => Exit::PersonNeeded,
            Ended::Over(_) => Exit::Fine,
            Ended::PersonNeeded => Exit::PersonNeeded,
            Ended::Stopped => Exit::Failed,
        })
    })
}
