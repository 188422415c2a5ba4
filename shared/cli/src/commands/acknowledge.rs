//! `switchback acknowledge`: ends the cool-down after the last saga early.

use engine::detection;
use engine::pair::pair_head;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback acknowledge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The reason why another proposal may come, for the record.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
}

/// Runs `switchback acknowledge`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let changed = detection::acknowledge(&deps, &person(), &arguments.why).await?;
        let cool_down = pair_head(&deps).await?.cool_down;
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "changed": changed, "cool_down": cool_down }));
            return Ok(Exit::Fine);
        }
        let pair = &checked.pair;
        match cool_down.filter(|_| changed) {
            Some(cool_down) => data(format_args!(
                "the cool-down of pair {pair} after saga {} is over: the next verdict may propose\n",
                cool_down.saga
            )),
            None => data(format_args!("no cool-down of pair {pair} holds anything back\n")),
        }
        Ok(Exit::Fine)
    })
}
