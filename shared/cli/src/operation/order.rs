//! Reads a person's order, and makes the plan for it.

use engine::Deps;
use engine::pair::pair_head;
use engine::roles::ResolvedPair;
use engine::start::{self, Draft, Order, OrderError, StartError};
use failover::drill::FullDrill;
use failover::{Operation, Side, Window};
use jiff::Timestamp;
use runtime::Problem;
use saga::Reaction;

use crate::place::pair::{SideName, url};
use crate::place::sides::check_access;
use crate::terminal::talk::say;

/// The arguments of an order that says which side the work leaves.
#[derive(Debug, clap::Args)]
pub(crate) struct OrderArguments {
    /// The leaving side is well: everything there is verified stopped before anything starts.
    #[arg(long)]
    pub(crate) planned: bool,
    /// The side that the work leaves. `standby` moves it back.
    #[arg(long, value_enum, default_value_t = SideName::Primary)]
    pub(crate) leaving: SideName,
    /// The time when the leaving side was lost, if it is known, e.g. 2026-01-05T08:22:00Z. The clocks begin there.
    #[arg(long, value_name = "TIME", conflicts_with = "planned")]
    lost_at: Option<Timestamp>,
}

/// An order as a command gives it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The operation of the saga.
    pub(crate) operation: Operation,
    /// The command that gives the order, e.g. `failover`.
    pub(crate) command: &'static str,
    /// The leaving side.
    pub(crate) leaving: Side,
    /// Whether the leaving side is well.
    pub(crate) planned: bool,
    /// The time when it was lost, if that is known.
    pub(crate) lost_at: Option<Timestamp>,
    /// The window for its begin. `None` means at once.
    pub(crate) window: Option<Window>,
    /// The flags as they were given, to be written again.
    pub(crate) again: String,
    /// The settings of a full drill.
    pub(crate) drill: Option<FullDrill>,
}

impl Request {
    /// Makes the order, as given now.
    pub(crate) fn order(&self, deps: &Deps, by: &str) -> Order {
        Order {
            lost_at: self.lost_at,
            window: self.window,
            drill: self.drill.clone(),
            ..Order::of(self.operation, self.leaving, self.planned, by, deps.clock.now())
        }
    }
}

impl OrderArguments {
    /// Makes the order, as given now.
    pub(crate) fn order(&self, deps: &Deps, by: &str) -> Order {
        self.request(Operation::Failover, "failover").order(deps, by)
    }

    /// Makes the same for a named command.
    pub(crate) fn request(&self, operation: Operation, command: &'static str) -> Request {
        let planned = if self.planned { " --planned" } else { "" };
        let leaving = match self.leaving {
            SideName::Primary => "",
            SideName::Standby => " --leaving standby",
        };
        Request {
            operation,
            command,
            leaving: self.leaving.side(),
            planned: self.planned,
            lost_at: self.lost_at,
            window: None,
            again: format!("{planned}{leaving}"),
            drill: None,
        }
    }
}

/// Reads both sides and makes the plan of an order. Changes nothing.
pub(crate) async fn draft(deps: &ResolvedPair, order: &Order) -> Result<Draft, Problem> {
    let (leaving, target) = (order.leaving, order.leaving.other());
    let head = pair_head(deps).await?;
    // Only a failover or a drill leaves the active side in any case. For the others the engine says what is
    // possible.
    if head.saga.is_some() || head.active != leaving {
        return Ok(start::draft(deps, order).await?);
    }
    let patience = if order.planned { deps.settings.call_time_out } else { deps.settings.dead_time_out };
    let (here, there) =
        futures::join!(check_access(deps, leaving, patience), check_access(deps, target, deps.settings.call_time_out));
    there.map_err(|fault| Problem::of_side(target, url(deps, target), &fault))?;
    let Err(fault) = here else { return Ok(start::draft(deps, order).await?) };
    let problem = Problem::of_side(leaving, url(deps, leaving), &fault);
    if order.planned {
        return Err(problem);
    }
    say(format_args!("{}\nso the last checkpoint of the {leaving} counts", problem.message));
    match start::draft(deps, order).await {
        // The side would answer if a person mended something. So this fault is reported, and not a side that does
        // not answer.
        Err(StartError::Refused(OrderError::NoCheckpoint(_))) if fault.reaction == Reaction::PersonNeeded => {
            Err(problem)
        }
        drafted => Ok(drafted?),
    }
}
