//! `switchback plan`: prints the plan of a failover, or with `--calls` the calls that a run of it would make.
//!
//! It changes nothing.

use engine::dry_run::dry_run;
use failover::text::{Detail, plan_text};
use runtime::{Exit, Problem};
use serde_json::json;

use crate::operation::dry_run::show;
use crate::operation::order::{OrderArguments, draft};
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    order: OrderArguments,
    /// Print every step instead of counts.
    #[arg(long)]
    full: bool,
    /// Dry-run the plan: make every read, judge every gate, and print the calls that a run would make.
    #[arg(long)]
    calls: bool,
}

/// Runs `switchback plan`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.look(&checked).await?;
        let order = arguments.order.order(&deps, &person());
        let drafted = draft(&deps, &order).await?;
        if arguments.calls {
            show(arguments.full, form, &dry_run(&deps, &drafted.plan).await?);
            return Ok(Exit::Fine);
        }
        if form == Form::Json {
            data_json(&json!({ "hash": drafted.hash, "plan": drafted.plan }));
        } else {
            let detail = if arguments.full { Detail::Full } else { Detail::Counts };
            data(plan_text(&drafted.plan, &drafted.hash.0, detail));
        }
        Ok(Exit::Fine)
    })
}
