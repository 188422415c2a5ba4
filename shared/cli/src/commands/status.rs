//! `switchback status`: shows where the pair's work is, and the status of its saga.

use engine::detection::case_of;
use engine::keys::published_key;
use engine::pair::pair_head;
use engine::pair_status::{PairStatus, pair_status};
use engine::ports::{ControlState, GuardRecord, PairHead};
use engine::runner::Published;
use engine::view::view;
use engine::{Deps, drills};
use failover::Work;
use failover::verdict::sentences;
use jiff::SignedDuration;
use runtime::{Exit, Problem};
use saga::SagaId;
use serde_json::json;

use crate::operation::drive::sleep;
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::summary::first::{First, Lines};
use crate::summary::saga_summary::{Doing, SagaSummary};
use crate::terminal::progress::Progress;
use crate::terminal::talk::{Form, data, data_json, say};

/// The pause between two reads of a watched saga.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// The arguments of `switchback status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// A saga of this pair. By default the running one, or else the last one.
    #[arg(long)]
    saga: Option<String>,
    /// Show the status until the saga is over.
    #[arg(long)]
    watch: bool,
}

/// Runs `switchback status`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let named = arguments.saga.clone().map(SagaId);
        let (mut pair, mut summary) = poll(&deps, named.as_ref()).await?;
        if let (true, Some(first)) = (arguments.watch, &summary) {
            let saga = SagaId(first.saga.clone());
            let progress = Progress::begin();
            while let Some(now) = summary.as_ref().filter(|summary| !summary.doing.is_over()) {
                progress.show(now);
                sleep(&deps, LOOKS_EVERY).await;
                (pair, summary) = poll(&deps, Some(&saga)).await?;
            }
            summary.iter().for_each(|summary| progress.show(summary));
            progress.end();
        }
        if let Some(now) = &summary {
            let orders = deps.controls.controls(&SagaId(now.saga.clone())).await?;
            for order in orders.iter().filter(|order| order.state == ControlState::Open) {
                say(format_args!("{} asked to {} at {:.0}: not taken in yet", order.by, order.control, order.at));
            }
        }
        let verdict = case_of(&deps).await?;
        // A verdict without any signal is not shown.
        let verdict = sentences(&verdict).into_iter().next().filter(|_| !verdict.origins.is_empty());
        let drill = match &pair.drill {
            Some(record) => Some(drills::status(&deps, record).await?),
            None => None,
        };
        let status = pair_status(&deps).await?;
        let lines = Lines { pair: &arguments.pair, again: arguments.store.again(), store: &store };
        let first = First::of(&status, &lines);
        tell(form, &status, &first, &[drill, verdict], summary.as_ref());
        Ok(match summary.map(|summary| summary.doing) {
            Some(Doing::PersonNeeded | Doing::Asking | Doing::Held) => Exit::PersonNeeded,
            Some(Doing::Running | Doing::Pursuing | Doing::Completed | Doing::Aborted) | None => first.exit(),
        })
    })
}

/// The pair, and a saga: the named one, the running one, or the last one. A pair that an earlier version stored
/// does not name its last saga. Then it is the one that published last.
async fn poll(deps: &Deps, named: Option<&SagaId>) -> Result<(PairHead, Option<SagaSummary>), Problem> {
    let pair = pair_head(deps).await?;
    let saga = match named.or(pair.saga.as_ref()).or(pair.last.as_ref()) {
        Some(saga) => Some(saga.clone()),
        None => published(deps).await?.and_then(|published| published.saga),
    };
    let Some(saga) = saga else { return Ok((pair, None)) };
    let seen = view(deps, Some(&saga)).await?;
    let seen = seen.filter(|seen| seen.head.pair == deps.pair.name).ok_or_else(|| {
        Problem::refused(
            "NO-SAGA",
            format!("pair {} has no saga {saga}: run `switchback status` without --saga", pair.pair),
        )
    })?;
    Ok((pair, Some(SagaSummary::of(&seen))))
}

async fn published(deps: &Deps) -> Result<Option<Published>, Problem> {
    let bytes = deps.objects.get(&published_key(&deps.pair.name)).await?;
    // A text that somebody else put there says nothing about a saga.
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// The guard of the side that was left, as long as that side is the inactive one.
fn guard_of(pair: &PairHead) -> Option<&GuardRecord> {
    pair.guard.as_ref().filter(|guard| guard.side == pair.active.other())
}

fn tell(form: Form, status: &PairStatus, first: &First, said: &[Option<String>; 2], summary: Option<&SagaSummary>) {
    let (pair, [drill, verdict]) = (&status.pair, said);
    if form == Form::Json {
        // If nothing is recorded of a pair, no side is known to be the active one.
        let active = (status.work != Work::Unrecorded).then_some(pair.active);
        let mut told = json!({
            "pair": pair.pair, "active": active, "frozen": pair.frozen,
            "unfinished": pair.saga.is_some(), "saga": summary, "guard": guard_of(pair),
            "verdict": verdict, "freeze": pair.freeze, "drill": pair.drill,
        });
        first.add_to(&mut told);
        data_json(&told);
        return;
    }
    data(&first.text);
    if let Some(guard) = guard_of(pair) {
        let round = guard.last.as_ref().map_or_else(String::new, |last| format!(", last fenced again by {last}"));
        data(format_args!("the {} is guarded: last looked at {:.0}{round}\n", guard.side, guard.looked_at));
    }
    if let Some(drill) = drill {
        data(format_args!("{drill}\n"));
    }
    if let Some(verdict) = verdict {
        data(format_args!("{verdict}\n"));
    }
    if let Some(freeze) = &pair.freeze {
        data(format_args!("frozen by {} since {:.0}: {}\n", freeze.by, freeze.at, freeze.why));
    }
    match summary {
        Some(summary) => data(format_args!("\n{}", summary.text())),
        None => data("no saga is recorded\n"),
    }
}
