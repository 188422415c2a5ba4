//! `switchback promote`: makes the standby the primary for good, and the primary its standby.

use failover::{Operation, Side};
use runtime::{Exit, Problem};

use crate::operation::moving::{self, Moving, MovingArguments};
use crate::operation::order::Request;
use crate::terminal::talk::Form;

/// The arguments of `switchback promote`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    moving: MovingArguments,
    /// The primary is well: everything there is verified stopped before anything starts.
    #[arg(long)]
    planned: bool,
}

/// Runs `switchback promote`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let request = Request {
        operation: Operation::Promotion,
        command: "promote",
        leaving: Side::Primary,
        planned: arguments.planned,
        lost_at: None,
        window: None,
        again: if arguments.planned { " --planned".to_owned() } else { String::new() },
        drill: None,
    };
    moving::run(&Moving { arguments: &arguments.moving, request, form })
}
