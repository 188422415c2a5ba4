//! `switchback plan`: prints the plan of a failover, or with `--calls` the calls that a run of it would make.
//!
//! It changes nothing.

use engine::Deps;
use engine::dry_run::{self, DryRun, dry_run};
use engine::start::Draft;
use failover::text::{Detail, plan_text};
use rim::{Exit, Problem};
use serde_json::json;

use crate::ordering::{OrderArguments, draft, person};
use crate::place::{self, PairArguments, StoreArguments};
use crate::talk::{data, data_json};

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
    /// Print the plan, or with --calls every call, as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.look(&checked).await?;
        let order = arguments.order.order(&deps, &person());
        let drafted = draft(&deps, &order).await?;
        if arguments.calls {
            return calls(arguments.full, arguments.json, &deps, &drafted).await;
        }
        if arguments.json {
            data_json(&json!({ "hash": drafted.hash, "plan": drafted.plan }));
        } else {
            let detail = if arguments.full { Detail::Full } else { Detail::Counts };
            data(plan_text(&drafted.plan, &drafted.hash.0, detail));
        }
        Ok(Exit::Fine)
    })
}

/// Prints the calls that a run of a plan would make.
pub(crate) async fn calls(full: bool, json: bool, deps: &Deps, drafted: &Draft) -> Result<Exit, Problem> {
    show(full, json, &dry_run(deps, &drafted.plan).await?);
    Ok(Exit::Fine)
}

/// Prints a dry run.
pub(crate) fn show(full: bool, json: bool, foreseen: &DryRun) {
    if json {
        data_json(&json!(foreseen));
    } else {
        let detail = if full { Detail::Full } else { Detail::Counts };
        data(dry_run::text(foreseen, detail));
    }
}
