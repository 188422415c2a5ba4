//! `switchback failback`: moves the work back from the standby to the primary, at once or in a planned window.

use failover::{Operation, Side, Window};
use jiff::{SignedDuration, Timestamp};
use runtime::{Exit, Problem};

use crate::operation::moving::{self, Moving, MovingArguments};
use crate::operation::order::Request;
use crate::terminal::talk::Form;

/// The arguments of `switchback failback`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    moving: MovingArguments,
    /// The earliest time to begin, e.g. 2026-01-10T02:00:00Z. People are asked and get a message before.
    #[arg(long, value_name = "TIME", requires = "until")]
    from: Option<Timestamp>,
    /// The time by which it must be over. It does not begin if the window is too short for it.
    #[arg(long, value_name = "TIME", requires = "from")]
    until: Option<Timestamp>,
    /// The expected time for it, e.g. 45m.
    #[arg(long, value_name = "DURATION", default_value = "30m", requires = "from")]
    needs: SignedDuration,
}

/// Runs `switchback failback`.
pub(crate) fn run(arguments: &Arguments, form: Form) -> Result<Exit, Problem> {
    let window = arguments.from.zip(arguments.until).map(|(from, until)| Window {
        from,
        until,
        needs_s: arguments.needs.as_secs(),
    });
    let again = window.map_or_else(String::new, |window| {
        format!(" --from {} --until {} --needs {}s", window.from, window.until, window.needs_s)
    });
    let request = Request {
        operation: Operation::Failback,
        command: "failback",
        leaving: Side::Standby,
        planned: true,
        lost_at: None,
        window,
        again,
        drill: None,
    };
    moving::run(&Moving { arguments: &arguments.moving, request, form })
}
