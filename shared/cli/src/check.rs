//! `switchback check`: the configuration, both sides, and the age of their checkpoints.

use engine::Deps;
use engine::capture::latest;
use failover::Side;
use jiff::Timestamp;
use rim::{Checked, Exit, Problem};
use saga::Reaction;
use serde::Serialize;

use crate::place::{self, PairArguments, Store, url};
use crate::sides::{SideSeen, look};
use crate::talk::{data, data_json};

/// What is checked.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    /// Where the pair is recorded, to see the age of its checkpoints: embedded:FILE or aws:TABLE.
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// The bucket that belongs to aws:TABLE.
    #[arg(long, requires = "store")]
    bucket: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Serialize)]
struct Told {
    pair: String,
    well: bool,
    sides: Vec<SideTold>,
}

#[derive(Debug, Serialize)]
struct SideTold {
    side: Side,
    url: String,
    greeting: Option<String>,
    kinds: Vec<KindTold>,
    checkpoint: Option<CheckpointTold>,
    findings: Vec<String>,
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct KindTold {
    kind: &'static str,
    resources: Option<usize>,
}

#[derive(Debug, Serialize)]
struct CheckpointTold {
    taken_at: Timestamp,
    age_minutes: i64,
    resources: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    place::run(async {
        let deps = match &arguments.store {
            Some(name) => Store::named(name, arguments.bucket.as_deref(), None)?.existing(&checked).await?,
            None => place::without_store(&checked).await?,
        };
        let (primary, standby) = futures::join!(look(&deps, Side::Primary), look(&deps, Side::Standby));
        let mut sides = Vec::new();
        for seen in [primary, standby] {
            let mut told = side_told(&deps, &checked, &seen);
            if arguments.store.is_some() {
                add_checkpoint(&mut told, &deps).await?;
            }
            sides.push(told);
        }
        let well = sides.iter().all(|side| side.problems.is_empty());
        let told = Told { pair: checked.pair.to_string(), well, sides };
        if arguments.json {
            data_json(&told);
        } else {
            data(text(&told));
        }
        Ok(if well { Exit::Fine } else { Exit::Refused })
    })
}

fn side_told(deps: &Deps, checked: &Checked, seen: &SideSeen) -> SideTold {
    let url = url(deps, seen.side);
    let mut told = SideTold {
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
        told.findings.push(format!(
            "a promotion has made it the {}: swap [primary] and [standby] in the configuration, and what differs by \
             side; until then it is read the other way round",
            seen.side
        ));
    }
    for kind in &seen.kinds {
        told.kinds.push(KindTold { kind: kind.name, resources: kind.counted.as_ref().ok().copied() });
        match &kind.counted {
            Ok(_) => {}
            Err(fault) if fault.reaction == Reaction::UnsupportedHere => {
                told.findings.push(format!("kind {} is unsupported here ({})", kind.name, fault.message));
            }
            Err(fault) => told.problems.push(Problem::of_side(seen.side, url, fault)),
        }
    }
    told
}

async fn add_checkpoint(told: &mut SideTold, deps: &Deps) -> Result<(), Problem> {
    match latest(deps, told.side).await? {
        Some(checkpoint) => {
            let age = deps.clock.now().duration_since(checkpoint.taken_at);
            if age > deps.pair.policy.checkpoint_age {
                told.findings.push(format!("its checkpoint is {} minutes old: capture more often", age.as_mins()));
            }
            told.checkpoint = Some(CheckpointTold {
                taken_at: checkpoint.taken_at,
                age_minutes: age.as_mins(),
                resources: checkpoint.resources.len(),
            });
        }
        None => {
            told.findings.push("no checkpoint was taken of it: run `switchback capture` while it is well".to_owned())
        }
    }
    Ok(())
}

fn text(told: &Told) -> String {
    let mut lines = vec![format!("pair {}", told.pair)];
    for side in &told.sides {
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
    lines.push(if told.well { "\nwell\n".to_owned() } else { "\nnot well\n".to_owned() });
    lines.join("\n")
}
