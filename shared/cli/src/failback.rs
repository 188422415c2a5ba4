//! `switchback failback`: the work comes home from the standby, at once or in a planned window.

use failover::{Course, Side, Window};
use jiff::{SignedDuration, Timestamp};
use rim::{Exit, Problem};

use crate::moving::{self, Moving, MovingArguments};
use crate::ordering::Request;

/// When the work comes home, and who says so.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) moving: MovingArguments,
    /// Not before this time, e.g. 2026-01-10T02:00:00Z: people are asked and told before.
    #[arg(long, value_name = "TIME", requires = "until")]
    from: Option<Timestamp>,
    /// Over by this time; it is not begun where the window would not hold it.
    #[arg(long, value_name = "TIME", requires = "from")]
    until: Option<Timestamp>,
    /// How long it is expected to take, e.g. 45m.
    #[arg(long, value_name = "DURATION", default_value = "30m", requires = "from")]
    needs: SignedDuration,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Problem> {
    let window = arguments.from.zip(arguments.until).map(|(from, until)| Window {
        from,
        until,
        needs_s: arguments.needs.as_secs(),
    });
    let again = window.map_or_else(String::new, |window| {
        format!(" --from {} --until {} --needs {}s", window.from, window.until, window.needs_s)
    });
    let request = Request {
        course: Course::Failback,
        command: "failback",
        leaving: Side::Standby,
        planned: true,
        lost_at: None,
        window,
        again,
        drill: None,
    };
    moving::run(&Moving { arguments: &arguments.moving, request })
}
