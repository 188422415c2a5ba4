//! Logs: one line an event on stderr, as text for people or as JSON for machines.
//!
//! What is logged never holds a credential (S23): errors and `Debug` texts of this
//! program carry none.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::environment::variable;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

const USUAL: &str = "warn,aws_config=error";

/// Begins logging. `SWITCHBACK_LOG` sets the level (`warn` by default) and may name
/// modules, e.g. `info,engine=debug`. Calling it twice is harmless.
///
/// On a machine without AWS, the SDK's search for a region is no news by itself.
pub fn begin(format: LogFormat) {
    let filter = variable("SWITCHBACK_LOG").unwrap_or_else(|| USUAL.to_owned());
    let filter = filter.parse().or_else(|_| USUAL.parse()).unwrap_or_else(|_| Targets::new());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logs = tracing_subscriber::registry().with(filter);
    // A second call finds a subscriber in place, which is fine.
    match format {
        LogFormat::Text => drop(logs.with(lines).try_init()),
        LogFormat::Json => drop(logs.with(lines.json()).try_init()),
    }
}
