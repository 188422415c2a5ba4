//! `switchback drill`: what a failover would do, or whether the standby could, without moving anything.

use failover::{Course, Side};
use rim::{Exit, Problem};

use crate::moving::{self, Moving, MovingArguments};
use crate::ordering::{Request, draft, person};
use crate::place::{self, PairArguments, StoreArguments};
use crate::plan::calls;

/// Which drill.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    drill: Drill,
}

#[derive(Debug, clap::Subcommand)]
enum Drill {
    /// Makes every look, judges every gate, and prints the calls that a planned failover would make.
    DryRun(DryRunArguments),
    /// Starts the standby's compute, proves it, and stops it again; touches neither the primary nor data.
    StandbyOnly(MovingArguments),
}

/// What is dry-run.
#[derive(Debug, clap::Args)]
struct DryRunArguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// Print every call instead of counts.
    #[arg(long)]
    full: bool,
    /// Print every call as one JSON object.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Whether machines read the answer.
    pub(crate) fn json(&self) -> bool {
        match &self.drill {
            Drill::DryRun(arguments) => arguments.json,
            Drill::StandbyOnly(arguments) => arguments.json,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    match &arguments.drill {
        Drill::DryRun(arguments) => dry_run(arguments),
        Drill::StandbyOnly(arguments) => {
            let request = request(Course::StandbyDrill, "drill standby-only");
            moving::run(&Moving { arguments, request })
        }
    }
}

fn request(course: Course, command: &'static str) -> Request {
    Request {
        course,
        command,
        leaving: Side::Primary,
        planned: true,
        lost_at: None,
        window: None,
        again: String::new(),
    }
}

fn dry_run(arguments: &DryRunArguments) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.look(&checked).await?;
        let order = request(Course::Drill, "drill dry-run").order(&deps, &person());
        let drafted = draft(&deps, &order).await?;
        calls(arguments.full, arguments.json, &deps, &drafted).await
    })
}
