//! `switchback thaw`: ends what `switchback freeze` has begun.

use engine::detection;
use runtime::{Exit, Problem};
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback thaw`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The reason why it may go on, for the record.
    #[arg(long, value_name = "TEXT", default_value = "")]
    why: String,
}

/// Runs `switchback thaw`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let changed = detection::thaw(&deps, &person(), &arguments.why).await?;
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "changed": changed }));
        } else if changed {
            data(format_args!("pair {} is not frozen any more\n", checked.pair));
        } else {
            data(format_args!("pair {} was not frozen\n", checked.pair));
        }
        Ok(Exit::Fine)
    })
}
