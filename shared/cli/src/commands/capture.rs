//! `switchback capture`: takes the checkpoint of a side while it is well.

use std::path::{Path, PathBuf};

use engine::capture::{CaptureError, capture};
use engine::pair::pair_head;
use failover::{Checkpoint, Side};
use jiff::Timestamp;
use runtime::{Exit, Problem};
use serde::Serialize;

use crate::place;
use crate::place::pair::{PairArguments, SideName, url};
use crate::place::sides::check_access;
use crate::place::store::StoreArguments;
use crate::terminal::talk::{Form, data, data_json, say};

/// The arguments of `switchback capture`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// Only this side. By default both.
    #[arg(long, value_enum)]
    side: Option<SideName>,
    /// Keep a checkpoint also in this file, for `switchback rehearse --checkpoint`: that of the named side, or else
    /// of the active side.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Report {
    side: Side,
    taken_at: Timestamp,
    resources: usize,
    active: usize,
    unsupported: Vec<String>,
}

/// Runs `switchback capture`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    let sides = arguments.side.map_or_else(|| vec![Side::Primary, Side::Standby], |side| vec![side.side()]);
    place::run(async {
        // If a side does not let us in, no store is made.
        let before = store.look(&checked).await?;
        for side in &sides {
            let greeted = check_access(&before, *side, before.settings.call_time_out).await;
            greeted.map_err(|fault| Problem::of_side(*side, url(&before, *side), &fault))?;
        }
        let deps = store.open(&checked).await?;
        let mut report = Vec::new();
        let kept = match arguments.side {
            Some(side) => side.side(),
            None => pair_head(&deps).await?.active,
        };
        for side in sides {
            let taken = match capture(&deps, side).await {
                // The record of the side that the work has left stays. The other side is captured all the same.
                Err(left @ CaptureError::Fenced(_)) if arguments.side.is_none() && side != kept => {
                    say(left);
                    continue;
                }
                taken => taken?,
            };
            if let (Some(file), true) = (&arguments.out, side == kept) {
                keep(file, &taken)?;
            }
            report.push(Report {
                side,
                taken_at: taken.taken_at,
                resources: taken.resources.len(),
                active: taken.resources.iter().filter(|resource| resource.active).count(),
                unsupported: taken.missing.keys().cloned().collect(),
            });
            if let (Form::Text, Some(one)) = (form, report.last()) {
                data(line(one));
            }
        }
        if form == Form::Json {
            data_json(&serde_json::json!({ "pair": checked.pair.as_str(), "checkpoints": report }));
        }
        Ok(Exit::Fine)
    })
}

/// Writes a checkpoint as JSON that people can read, too.
fn keep(file: &Path, taken: &Checkpoint) -> Result<(), Problem> {
    let cannot = |why: String| {
        Problem::failed("OUTPUT", format!("{} cannot be written ({why}): choose another --out", file.display()))
    };
    let text = serde_json::to_string_pretty(taken).map_err(|e| cannot(e.to_string()))?;
    std::fs::write(file, text + "\n").map_err(|e| cannot(e.to_string()))
}

fn line(report: &Report) -> String {
    let lacks = match report.unsupported.as_slice() {
        [] => String::new(),
        kinds => format!(", unsupported here: {}", kinds.join(", ")),
    };
    format!("checkpoint of the {}: {} resources, {} active{lacks}\n", report.side, report.resources, report.active)
}
