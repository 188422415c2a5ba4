//! `switchback check`: checks the configuration and both sides.
//!
//! If a store is named, it also says whether the work runs, and the state of the checkpoints.

use std::collections::BTreeMap;

use engine::Deps;
use engine::capture::{CaptureError, CheckpointOutline, outline};
use engine::pair_status::pair_status;
use engine::roles::ResolvedPair;
use failover::Side;
use jiff::Timestamp;
use runtime::{Checked, Exit, Problem};
use saga::Reaction;
use serde::Serialize;
use serde_json::Value;

use crate::place;
use crate::place::pair::{PairArguments, url};
use crate::place::sides::{SideSeen, look};
use crate::place::store::{self, Store};
use crate::summary::first::{First, Lines};
use crate::terminal::talk::{Form, data, data_json};

/// The arguments of `switchback check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    /// The store of the pair, to see the age of its checkpoints: embedded:FILE or aws:TABLE.
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// The bucket that belongs to aws:TABLE.
    #[arg(long, requires = "store")]
    bucket: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    pair: String,
    well: bool,
    /// If a store was named: whether the work runs, the commands that mend it, and the state of the active side's
    /// checkpoint.
    #[serde(flatten)]
    first: BTreeMap<&'static str, Value>,
    sides: Vec<SideReport>,
}

#[derive(Debug, Serialize)]
struct SideReport {
    side: Side,
    url: String,
    greeting: Option<String>,
    kinds: Vec<KindReport>,
    checkpoint: Option<CheckpointReport>,
    findings: Vec<String>,
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct KindReport {
    kind: &'static str,
    resources: Option<usize>,
}

#[derive(Debug, Serialize)]
struct CheckpointReport {
    taken_at: Timestamp,
    age_minutes: i64,
    resources: usize,
}

/// Runs `switchback check`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    place::run(async {
        let store = match &arguments.store {
            Some(name) => Some(Store::named(name, arguments.bucket.as_deref(), None)?),
            None => None,
        };
        let deps = match &store {
            Some(store) => store.existing(&checked).await?,
            None => store::without_store(&checked).await?,
        };
        let (primary, standby) = futures::join!(look(&deps, Side::Primary), look(&deps, Side::Standby));
        let mut sides = Vec::new();
        for seen in [primary, standby] {
            let mut report = side_told(&deps, &checked, &seen);
            if store.is_some() {
                add_checkpoint(&mut report, &deps).await?;
            }
            sides.push(report);
        }
        let first = match &store {
            Some(store) => Some(arguments.first(&deps, store).await?),
            None => None,
        };
        let sides_are_well = sides.iter().all(|side| side.problems.is_empty());
        let well = sides_are_well && first.as_ref().is_none_or(|first| first.exit() == Exit::Fine);
        let members = first.iter().flat_map(|first| first.members.clone()).collect();
        let report = Report { pair: checked.pair.to_string(), well, first: members, sides };
        if form == Form::Json {
            data_json(&report);
        } else {
            let said = first.as_ref().map_or_else(|| format!("pair {}\n", report.pair), |first| first.text.clone());
            data(format_args!("{said}{}", text(&report)));
        }
        // Work that does not run comes first, then a side that is not well, then a checkpoint.
        Ok(match first {
            Some(first) if first.stands_still => Exit::PersonNeeded,
            Some(_) | None if !sides_are_well => Exit::Refused,
            Some(first) => first.exit(),
            None => Exit::Fine,
        })
    })
}

impl Arguments {
    /// The report on the pair that comes first.
    async fn first(&self, deps: &Deps, store: &Store) -> Result<First, Problem> {
        let again = store::again(self.store.as_deref().unwrap_or_default(), self.bucket.as_deref(), None);
        Ok(First::of(&pair_status(deps).await?, &Lines { pair: &self.pair, again, store }))
    }
}

fn side_told(deps: &ResolvedPair, checked: &Checked, seen: &SideSeen) -> SideReport {
    let url = url(deps, seen.side);
    let mut report = SideReport {
        side: seen.side,
        url: url.to_owned(),
        greeting: seen.greeting.as_ref().ok().cloned(),
        kinds: Vec::new(),
        checkpoint: None,
        findings: Vec::new(),
        problems: seen
            .greeting
            .as_ref()
            .err()
            .map(|fault| Problem::of_side(seen.side, url, fault))
            .into_iter()
            .collect(),
    };
    let configured = match seen.side {
        Side::Primary => checked.config.primary.url.get_ref(),
        Side::Standby => checked.config.standby.url.get_ref(),
    };
    if url != configured.trim_end_matches('/') {
        report.findings.push(format!(
            "a promotion has made it the {}: swap [primary] and [standby] in the configuration, and what differs by \
             side; until then it is read the other way round",
            seen.side
        ));
    }
    for kind in &seen.kinds {
        report.kinds.push(KindReport { kind: kind.name, resources: kind.counted.as_ref().ok().copied() });
        match &kind.counted {
            Ok(_) => {}
            Err(fault) if fault.reaction == Reaction::UnsupportedHere => {
                report.findings.push(format!("kind {} is unsupported here ({})", kind.name, fault.message));
            }
            Err(fault) => report.problems.push(Problem::of_side(seen.side, url, fault)),
        }
    }
    report
}

async fn add_checkpoint(report: &mut SideReport, deps: &ResolvedPair) -> Result<(), Problem> {
    match outline(deps, report.side).await {
        Ok(Some(CheckpointOutline { taken_at, resources })) => {
            let age_minutes = deps.clock.now().duration_since(taken_at).as_mins();
            report.checkpoint = Some(CheckpointReport { taken_at, age_minutes, resources });
        }
        Ok(None) => {}
        Err(CaptureError::Store(error)) => return Err(error.into()),
        Err(other @ (CaptureError::Checkpoint(_) | CaptureError::Incomplete { .. } | CaptureError::Fenced(_))) => {
            report.problems.push(other.into());
        }
    }
    Ok(())
}

fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    for side in &report.sides {
        lines.push(format!("\n{}  {}", side.side, side.url));
        lines.extend(side.greeting.iter().map(|greeting| format!("  {greeting}")));
        let counted = side.kinds.iter().filter_map(|kind| Some(format!("{} {}", kind.resources?, kind.kind)));
        let counted: Vec<String> = counted.collect();
        if !counted.is_empty() {
            lines.push(format!("  {}", counted.join(", ")));
        }
        lines.extend(side.checkpoint.iter().map(|checkpoint| {
            let (at, age, count) = (checkpoint.taken_at, checkpoint.age_minutes, checkpoint.resources);
            format!("  checkpoint of {at:.0}, {age} minutes old, {count} resources")
        }));
        lines.extend(side.findings.iter().map(|finding| format!("  finding: {finding}")));
        lines.extend(side.problems.iter().map(|problem| format!("  {problem}").replace('\n', "\n  ")));
    }
    lines.push(if report.well { "\nwell\n".to_owned() } else { "\nnot well\n".to_owned() });
    lines.join("\n")
}
