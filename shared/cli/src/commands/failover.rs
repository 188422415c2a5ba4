//! `switchback failover`: moves the work away from a side that failed, or that is left for a while.

use failover::Operation;
use runtime::{Exit, Problem};

use crate::operation::moving::{self, Moving, MovingArguments};
use crate::operation::order::OrderArguments;
use crate::terminal::talk::Form;

/// The arguments of `switchback failover`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    moving: MovingArguments,
    #[command(flatten)]
    order: OrderArguments,
}

/// Runs `switchback failover`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let request = arguments.order.request(Operation::Failover, "failover");
    moving::run(&Moving { arguments: &arguments.moving, request, form })
}
