//! `switchback guard`: looks at the side that was left, and fences again what was switched on there.
//!
//! What is deployed does this every quarter of an hour. From one machine, run it by a schedule.

use engine::guard::{Guarded, guard};
use engine::start::pair_head;
use engine::view::view;
use failover::Side;
use jiff::SignedDuration;
use rim::{Exit, Problem};
use saga::bounds::few_of;
use saga::{Outcome, SagaId};
use serde::Serialize;

use crate::driving::{Ended, drive};
use crate::place::{self, PairArguments, StoreArguments};
use crate::standing::LISTED;
use crate::talk::{data, data_json, say};

/// Where is looked.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Serialize)]
struct Told {
    pair: String,
    /// The side that is guarded; none if none was left.
    side: Option<Side>,
    /// Kinds that did not answer, and what is on and cannot be fenced from here, each with why.
    unseen: Vec<String>,
    /// The round that was begun, if something was on.
    round: Option<SagaId>,
    /// What was on, and who or what switched it on, where that can be told.
    switched_on: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let head = pair_head(&deps).await?;
        let mut told = Told {
            pair: checked.pair.to_string(),
            side: head.guard.as_ref().map(|guard| guard.side).filter(|side| *side == head.active.other()),
            unseen: Vec::new(),
            round: head.guard.as_ref().and_then(|guard| guard.saga.clone()),
            switched_on: Vec::new(),
        };
        match guard(&deps, head, SignedDuration::ZERO).await? {
            Guarded::NotDue => {}
            Guarded::Quiet { unseen, .. } => told.unseen = unseen,
            Guarded::Round { saga, found, .. } => {
                say(format_args!("{found} things are on there: they are fenced again"));
                told.round = Some(saga);
            }
        }
        let mut exit = if told.unseen.is_empty() { Exit::Fine } else { Exit::Failed };
        if let Some(round) = &told.round {
            exit = match drive(&deps, round, store.others()).await? {
                Ended::Over(Outcome::Completed) => exit,
                Ended::Over(Outcome::Aborted) | Ended::Stopped | Ended::PersonNeeded => Exit::Failed,
            };
            if let Some(seen) = view(&deps, Some(round)).await? {
                told.switched_on.clone_from(&seen.plan.findings);
            }
        }
        if arguments.json {
            data_json(&told);
        } else {
            data(text(&told));
        }
        Ok(exit)
    })
}

fn text(told: &Told) -> String {
    let Some(side) = told.side else {
        return format!("pair {}: no side was left, so none is guarded\n", told.pair);
    };
    let mut lines = vec![match &told.round {
        Some(round) => format!("the {side} of pair {}: fenced again by {round}", told.pair),
        None => format!("the {side} of pair {}: nothing is on", told.pair),
    }];
    let switched_on = told.switched_on.iter().map(|what| format!("  {what}"));
    let unseen = told.unseen.iter().map(|kind| format!("  not fenced: {kind}"));
    let lists = [few_of(switched_on, LISTED, "\n"), few_of(unseen, LISTED, "\n")];
    lines.extend(lists.into_iter().filter(|list| !list.is_empty()));
    lines.push(String::new());
    lines.join("\n")
}
