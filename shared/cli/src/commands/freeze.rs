//! `switchback freeze`: stops everything except observation, until `switchback thaw`.

use engine::detection;
use engine::pair::pair_head;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback freeze`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The reason, for people who find the pair frozen.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Runs `switchback freeze`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let changed = detection::freeze(&deps, &person(), &arguments.why).await?;
        let freeze = pair_head(&deps).await?.freeze;
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "changed": changed, "freeze": freeze }));
            return Ok(Exit::Fine);
        }
        let pair = &checked.pair;
        match freeze {
            Some(freeze) if changed => data(format_args!(
                "pair {pair} is frozen by {}: nothing is proposed until `switchback thaw`\n",
                freeze.by
            )),
            Some(freeze) => data(format_args!(
                "pair {pair} was frozen before, by {} at {:.0}: {}\n",
                freeze.by, freeze.at, freeze.why
            )),
            None => data(format_args!("pair {pair} was thawed meanwhile\n")),
        }
        Ok(Exit::Fine)
    })
}
