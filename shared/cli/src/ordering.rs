//! What a person orders, and the plan that comes of it.

use engine::Deps;
use engine::start::{self, Draft, Order, StartRefused};
use rim::{Checked, Problem, environment};
use saga::Reaction;

use crate::place::{SideName, url};
use crate::sides::greet;
use crate::talk::say;

/// What is ordered.
#[derive(Debug, clap::Args)]
pub(crate) struct OrderArguments {
    /// The leaving side is well: everything there is verified stopped before anything starts.
    #[arg(long)]
    pub(crate) planned: bool,
    /// The side that the work leaves. `standby` moves it back.
    #[arg(long, value_enum, default_value_t = SideName::Primary)]
    pub(crate) leaving: SideName,
}

/// Who is at this machine, for the record.
pub(crate) fn person() -> String {
    environment::user().unwrap_or_else(|| "somebody".to_owned())
}

impl OrderArguments {
    /// The order, given now.
    pub(crate) fn order(&self, deps: &Deps, by: &str) -> Order {
        Order {
            leaving: self.leaving.side(),
            planned: self.planned,
            by: by.to_owned(),
            lost_at: None,
            noticed_at: deps.clock.now(),
        }
    }

    /// The order as it was written, to be written again.
    pub(crate) fn again(&self) -> String {
        let planned = if self.planned { " --planned" } else { "" };
        let leaving = match self.leaving {
            SideName::Primary => "",
            SideName::Standby => " --leaving standby",
        };
        format!("{planned}{leaving}")
    }
}

/// Looks at both sides and makes the plan of an order. Changes nothing.
pub(crate) async fn draft(deps: &Deps, checked: &Checked, order: &Order) -> Result<Draft, Problem> {
    let (leaving, target) = (order.leaving, order.leaving.other());
    let head = start::pair_head(deps).await?;
    if head.saga.is_some() || head.active != leaving {
        // The engine says which; no side is asked for what cannot be.
        return Ok(start::draft(deps, order).await?);
    }
    let patience = if order.planned { deps.settings.call_time_out } else { deps.settings.dead_time_out };
    let (here, there) =
        futures::join!(greet(deps, leaving, patience), greet(deps, target, deps.settings.call_time_out));
    there.map_err(|fault| Problem::of_side(target, url(checked, target), &fault))?;
    let Err(fault) = here else { return Ok(start::draft(deps, order).await?) };
    let problem = Problem::of_side(leaving, url(checked, leaving), &fault);
    if order.planned {
        return Err(problem);
    }
    say(format_args!("{}\nso the last checkpoint of the {leaving} counts", problem.message));
    match start::draft(deps, order).await {
        // A side that would answer if a person mended something is not told as one that does not answer.
        Err(StartRefused::NoCheckpoint(_)) if fault.reaction == Reaction::PersonNeeded => Err(problem),
        drafted => Ok(drafted?),
    }
}
