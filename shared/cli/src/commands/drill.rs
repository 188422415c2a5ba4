//! `switchback drill`: runs a drill dry, on the standby alone, or in full, and lists the results so far.

use engine::drills::{DrillResult, keep_dry_run, results, turn_back};
use engine::dry_run::dry_run as foresee;
use failover::{Operation, Side};
use runtime::{Exit, Problem};
use serde_json::json;

use crate::operation::dry_run::show;
use crate::operation::full_drill::{self, FullArguments};
use crate::operation::moving::{self, Moving, MovingArguments};
use crate::operation::order::{Request, draft};
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::person;
use crate::terminal::talk::{Form, data, data_json, say};

/// The name of a dry run that no schedule has begun.
const BY_HAND: &str = "by-hand";

/// The arguments of `switchback drill`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    drill: Drill,
}

#[derive(Debug, clap::Subcommand)]
enum Drill {
    /// Makes every read of a planned failover, judges every gate, and prints the calls that it would make.
    DryRun(DryRunArguments),
    /// Starts the standby's compute, proves it, and stops it again; touches neither the primary nor data.
    StandbyOnly(MovingArguments),
    /// Moves the work to the standby, lets it stay there, and moves it back. Started again, it goes on.
    Full(FullArguments),
    /// Turns the full drill under way back before its time.
    TurnBack(TurnBackArguments),
    /// Lists the results of the drills.
    List(ListArguments),
}

#[derive(Debug, clap::Args)]
struct DryRunArguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// Print every call instead of counts.
    #[arg(long)]
    full: bool,
}

#[derive(Debug, clap::Args)]
struct TurnBackArguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The reason, for the record.
    #[arg(long)]
    why: String,
}

#[derive(Debug, clap::Args)]
struct ListArguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
}

/// Runs `switchback drill`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    match &arguments.drill {
        Drill::DryRun(arguments) => dry_run(arguments, form),
        Drill::StandbyOnly(arguments) => {
            let request = request(Operation::StandbyDrill, "drill standby-only");
            moving::run(&Moving { arguments, request, form })
        }
        Drill::Full(arguments) => full_drill::run(arguments, form),
        Drill::TurnBack(arguments) => turns_back(arguments, form),
        Drill::List(arguments) => list(arguments, form),
    }
}

fn request(operation: Operation, command: &'static str) -> Request {
    Request {
        operation,
        command,
        leaving: Side::Primary,
        planned: true,
        lost_at: None,
        window: None,
        again: String::new(),
        drill: None,
    }
}

/// Foresees a failover. Nothing of the pair changes. The result is kept if there is a store for it.
fn dry_run(arguments: &DryRunArguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.look(&checked).await?;
        let order = request(Operation::Drill, "drill dry-run").order(&deps, &person());
        let drafted = draft(&deps, &order).await?;
        let foreseen = foresee(&deps, &drafted.plan).await?;
        show(arguments.full, form, &foreseen);
        if store.exists() {
            let key = keep_dry_run(&deps, BY_HAND, None, &foreseen, true).await?;
            say(format_args!("kept as {key}"));
        }
        Ok(Exit::Fine)
    })
}

fn turns_back(arguments: &TurnBackArguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        if !turn_back(&deps, &person(), &arguments.why).await? {
            let message = "no full drill is under way that could be turned back: `switchback status` tells where the \
                           work is";
            return Err(Problem::refused("NO-DRILL", message));
        }
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "turned_back": true }));
        } else {
            data("the drill is turned back: its way back begins as soon as its way out has ended\n");
        }
        Ok(Exit::Fine)
    })
}

fn list(arguments: &ListArguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let results = results(&deps).await?;
        if form == Form::Json {
            data_json(&json!({ "pair": checked.pair, "drills": results }));
        } else if results.is_empty() {
            data("no drill is recorded\n");
        } else {
            results.iter().for_each(|result| data(line(result)));
        }
        Ok(Exit::Fine)
    })
}

fn line(result: &DrillResult) -> String {
    let period = result.period.as_ref().map_or_else(String::new, |period| format!(", due {period}"));
    let sagas: String = result.sagas.iter().map(|saga| format!("\n  saga {saga}")).collect();
    let DrillResult { name, kind, outcome, at, why, .. } = result;
    format!("{at:.0}  {name} ({kind}{period}) {}\n  {why}{sagas}\n", outcome.words())
}
