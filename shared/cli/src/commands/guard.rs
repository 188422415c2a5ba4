//! `switchback guard`: reads the side that was left, and fences again everything that was switched on there.
//!
//! The deployed stack does this every quarter of an hour. On one machine, run it by a schedule.

use engine::guard::{Guarded, guard};
use engine::pair::pair_head;
use engine::view::view;
use failover::Side;
use jiff::SignedDuration;
use runtime::{Exit, Problem};
use saga::bounds::few_of;
use saga::{Outcome, SagaId};
use serde::Serialize;

use crate::operation::drive::{Ended, drive};
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::summary::saga_summary::LISTED;
use crate::terminal::talk::{Form, data, data_json, say};

/// The arguments of `switchback guard`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pair: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
}

#[derive(Debug, Serialize)]
struct Report {
    pair: String,
    /// The side that is guarded. `None` if no side was left.
    side: Option<Side>,
    /// The saga that fences the whole side by itself or moves work to it. While it is under way, the guard does not
    /// read.
    left_to: Option<SagaId>,
    /// Kinds that did not answer, and resources that are on and that the guard does not fence, each with the
    /// reason.
    unseen: Vec<String>,
    /// The round that was begun, if something was on.
    round: Option<SagaId>,
    /// Resources that were on, and who or what switched them on, if that is known.
    switched_on: Vec<String>,
}

/// Runs `switchback guard`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let checked = arguments.pair.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let head = pair_head(&deps).await?;
        let mut report = Report {
            pair: checked.pair.to_string(),
            side: head.guard.as_ref().map(|guard| guard.side).filter(|side| *side == head.active.other()),
            left_to: None,
            unseen: Vec::new(),
            round: head.guard.as_ref().and_then(|guard| guard.saga.clone()),
            switched_on: Vec::new(),
        };
        match guard(&deps, head, SignedDuration::ZERO).await? {
            Guarded::NotDue => {}
            Guarded::LeftToSaga { saga, .. } => report.left_to = Some(saga),
            Guarded::Quiet { unseen, .. } => report.unseen = unseen,
            Guarded::Round { saga, found, .. } => {
                say(format_args!("{found} things are on there: they are fenced again"));
                report.round = Some(saga);
            }
        }
        let mut exit = if report.unseen.is_empty() && report.left_to.is_none() { Exit::Fine } else { Exit::Failed };
        if let Some(round) = &report.round {
            exit = match drive(&deps, round, store.others()).await? {
                Ended::Over(Outcome::Completed) => exit,
                Ended::Over(Outcome::Aborted) | Ended::Stopped | Ended::PersonNeeded => Exit::Failed,
            };
            if let Some(seen) = view(&deps, Some(round)).await? {
                report.switched_on.clone_from(&seen.plan.findings);
            }
        }
        if form == Form::Json {
            data_json(&report);
        } else {
            data(text(&report));
        }
        Ok(exit)
    })
}

fn text(report: &Report) -> String {
    let Some(side) = report.side else {
        return format!("pair {}: no side was left, so none is guarded\n", report.pair);
    };
    let side = format!("the {side} of pair {}", report.pair);
    let mut lines = vec![match (&report.round, &report.left_to) {
        (Some(round), _) => format!("{side}: fenced again by {round}"),
        (None, Some(saga)) => format!(
            "{side}: not looked at while saga {saga} is under way, which fences it or moves work to it: see `switchback status`"
        ),
        (None, None) if report.unseen.is_empty() => format!("{side}: nothing is on"),
        (None, None) => format!("{side}: nothing else is on, but this was not seen or is not fenced"),
    }];
    let switched_on = report.switched_on.iter().map(|what| format!("  {what}"));
    let unseen = report.unseen.iter().map(|what| format!("  not fenced: {what}"));
    let lists = [few_of(switched_on, LISTED, "\n"), few_of(unseen, LISTED, "\n")];
    lines.extend(lists.into_iter().filter(|list| !list.is_empty()));
    lines.push(String::new());
    lines.join("\n")
}
