//! What a person orders, and the plan that comes of it.

use engine::Deps;
use engine::start::{self, Draft, Order, StartRefused};
use failover::Course;
use failover::plan::About;
use jiff::Timestamp;
use rim::{Checked, Problem, environment};
use saga::{Plan, Reaction};

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
    /// When the leaving side was lost, where that is known, e.g. 2026-01-05T08:22:00Z: the clocks begin there.
    #[arg(long, value_name = "TIME", conflicts_with = "planned")]
    lost_at: Option<Timestamp>,
}

/// Who is at this machine, for the record.
pub(crate) fn person() -> String {
    environment::user().unwrap_or_else(|| "somebody".to_owned())
}

impl OrderArguments {
    /// The order, given now.
    pub(crate) fn order(&self, deps: &Deps, by: &str) -> Order {
        Order {
            lost_at: self.lost_at,
            ..Order::of(Course::Failover, self.leaving.side(), self.planned, by, deps.clock.now())
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

/// What a person should weigh before approving: how old the inventory is, and what would hurt.
pub(crate) fn evidence(plan: &Plan) -> String {
    let about: Option<About> = serde_json::from_value(plan.about.clone()).ok();
    let inventory = about.map_or_else(String::new, |about| {
        let minutes = plan.made_at.duration_since(about.checkpoint_at).as_mins();
        format!("the inventory of the {} is {minutes} minutes old; ", about.leaving)
    });
    format!("{inventory}{} findings, {} exceptions", plan.findings.len(), plan.exceptions.len())
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
