//! `switchback report`: compares objective and achieved, of one saga or of all of them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use engine::Deps;
use engine::evidence::{EvidenceError, record_of};
use engine::keys::published_key;
use engine::pair::pair_head;
use engine::ports::DoneItem;
use engine::runner::Published;
use failover::evidence::{ClockRow, DatasetRow, Record};
use runtime::{Exit, Problem};
use saga::{Proof, SagaId};
use serde_json::json;

use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::talk::{Form, data, data_json, say};

/// The width of the longest bar of a trend, in characters.
const BAR: i64 = 24;

/// The arguments of `switchback report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// A finished saga of this pair. By default the last one.
    #[arg(long, conflicts_with = "trend")]
    saga: Option<String>,
    /// Write the record and its page into this folder, to be handed out.
    #[arg(long, value_name = "FOLDER", conflicts_with = "trend")]
    out: Option<PathBuf>,
    /// Objective against achieved over all sagas of the pair, drills first.
    #[arg(long)]
    trend: bool,
}

/// Runs `switchback report`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        if arguments.trend {
            tell_trend(form, &deps.pairs.done(&deps.pair.name).await?);
            return Ok(Exit::Fine);
        }
        let record = found(&deps, arguments.saga.clone().map(SagaId)).await?;
        if let Some(folder) = &arguments.out {
            for (ending, bytes) in
                [("json", record.to_bytes()), ("html", deps.evidence_renderer.page(&record).into_bytes())]
            {
                let name = format!("evidence-{}-{}.{ending}", record.facts.saga, record.seal12());
                write(&folder.join(name), &bytes)?;
            }
        }
        if form == Form::Json {
            data_json(&record);
        } else {
            data(text(&record));
        }
        Ok(Exit::Fine)
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let cannot = |e: std::io::Error| Problem::failed("OUTPUT", format!("{} cannot be written: {e}", path.display()));
    std::fs::write(path, bytes).map_err(cannot)?;
    say(format_args!("written: {}", path.display()));
    Ok(())
}

/// The record of the named saga, or else of the last one.
async fn found(deps: &Deps, named: Option<SagaId>) -> Result<Record, Problem> {
    let saga = match named {
        Some(saga) => Some(saga),
        None => last(deps).await?,
    };
    let pair = &deps.pair.name;
    let none = |saga: &str| {
        let message =
            format!("pair {pair} has no finished saga{saga}: `switchback report --trend` lists those there are");
        Problem::refused("NO-SAGA", message)
    };
    let Some(saga) = saga else { return Err(none("")) };
    let record = record_of(deps, &saga).await.map_err(|error| match error {
        EvidenceError::NotFinished(_) => Problem::refused("SAGA-NOT-FINISHED", error.to_string()),
        EvidenceError::NoTables { .. } => Problem::failed("LOG-BROKEN", error.to_string()),
        EvidenceError::Store(error) => error.into(),
    })?;
    record.filter(|record| record.facts.pair == *pair).ok_or_else(|| none(&format!(" {saga}")))
}

/// The last saga by the history. If the history is empty, it is the unfinished saga, or else the published one.
async fn last(deps: &Deps) -> Result<Option<SagaId>, Problem> {
    if let Some(done) = deps.pairs.done(&deps.pair.name).await?.pop() {
        return Ok(Some(done.achieved.saga));
    }
    if let Some(running) = pair_head(deps).await?.saga {
        return Ok(Some(running));
    }
    let bytes = deps.objects.get(&published_key(&deps.pair.name)).await?;
    let published: Option<Published> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(published.and_then(|published| published.saga))
}

fn text(record: &Record) -> String {
    let (facts, tables) = (&record.facts, &record.tables);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{} of pair {}: {:?}", facts.kind, facts.pair, facts.outcome);
    let _ = writeln!(text, "saga {}   {:.0} to {:.0}", facts.saga, tables.run.began_at, tables.run.ended_at);
    let _ = writeln!(text, "plan {}   seal {}\n", facts.plan_hash.short(), record.seal);
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["", "achieved", "objective", ""]);
    table.add_rows(tables.clocks.iter().map(clock));
    table.add_rows(tables.datasets.iter().map(dataset));
    let _ = writeln!(text, "{}\n", table.trim_fmt());
    for row in &tables.approvals {
        let _ = writeln!(
            text,
            "{} approved {:?} at {:.0} ({}); loss shown: {}",
            row.by,
            row.question,
            row.used_at,
            Proof::all(&row.proofs),
            row.loss_shown
        );
    }
    let steps = tables.run.steps;
    let _ =
        writeln!(text, "{} steps: {} done, {} waived, {} open", steps.total(), steps.done, steps.waived, steps.open());
    for row in tables.left_out.iter().filter(|row| row.at.is_some()) {
        let _ = writeln!(text, "  {} was waived by {}: {}", row.what, row.by, row.why);
    }
    text
}

fn clock(row: &ClockRow) -> [String; 4] {
    let achieved = row.achieved_ms.map_or_else(|| "not reached".to_owned(), seconds);
    [row.clock.as_str().to_owned(), achieved, objective(row.objective_s), row.judged.as_str().to_owned()]
}

fn dataset(row: &DatasetRow) -> [String; 4] {
    let loss = row.loss_s.map_or_else(|| "unknown".to_owned(), |loss| format!("{loss} s lost"));
    [format!("dataset {}", row.name), loss, objective(row.objective_s), row.judged.as_str().to_owned()]
}

fn objective(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "none".to_owned(), |seconds| format!("{seconds} s"))
}

fn seconds(ms: i64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

fn tell_trend(form: Form, history: &[DoneItem]) {
    // A guard's round is left out: it fences again what somebody switched on, and no objective is about it.
    let mut told: Vec<&DoneItem> = history.iter().filter(|done| done.achieved.kind != "guard").collect();
    told.sort_by_key(|done| !done.achieved.is_drill());
    if form == Form::Json {
        data_json(&json!({ "sagas": told }));
        return;
    }
    if told.is_empty() {
        data("no saga is over yet\n");
        return;
    }
    let whole = |done: &DoneItem| done.achieved.whole().and_then(|row| row.achieved_ms);
    let most = told.iter().filter_map(|done| whole(done)).max().unwrap_or(1).max(1);
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["began", "kind", "outcome", "RTO", "objective", "", "", "worst loss", "record"]);
    for done in told {
        let achieved = &done.achieved;
        let length = whole(done).map_or(0, |ms| (ms.saturating_mul(BAR) / most).max(1));
        let worst = match (&achieved.worst_dataset, achieved.worst_loss_s) {
            (None, _) => "–".to_owned(),
            (Some(name), Some(loss)) => format!("{loss} s, {name}"),
            (Some(name), None) => format!("unknown, {name}"),
        };
        table.add_row([
            format!("{:.0}", achieved.began_at),
            achieved.kind.clone(),
            format!("{:?}", achieved.outcome).to_lowercase(),
            whole(done).map_or_else(|| "–".to_owned(), seconds),
            objective(achieved.whole().and_then(|row| row.objective_s)),
            achieved.whole().map_or("", |row| row.judged.as_str()).to_owned(),
            "█".repeat(usize::try_from(length).unwrap_or(0)),
            worst,
            done.key.clone().unwrap_or_else(|| "not kept".to_owned()),
        ]);
    }
    data(format_args!("{}\n", table.trim_fmt()));
}
