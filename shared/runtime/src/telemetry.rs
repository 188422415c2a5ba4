//! Writes logs: one line per event on stderr, as text for people or as JSON for machines.
//!
//! No log line contains a credential (S23), because errors and `Debug` texts of this program have none.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::environment::variable;

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

const USUAL: &str = "warn,aws_config=error";

/// Begins to write logs. `SWITCHBACK_LOG` sets the level (`warn` by default) and may name modules, e.g.
/// `info,engine=debug`. A second call is harmless.
///
/// By default the warnings of the SDK's configuration are left out: on a machine without AWS, a search for a region
/// that finds none is no fault.
pub fn begin(format: LogFormat) {
    let filter = variable("SWITCHBACK_LOG").unwrap_or_else(|| USUAL.to_owned());
    let filter = filter.parse().or_else(|_| USUAL.parse()).unwrap_or_else(|_| Targets::new());
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logs = tracing_subscriber::registry().with(filter);
    // A second call finds a subscriber in place. Its error is ignored.
    match format {
        LogFormat::Text => drop(logs.with(lines).try_init()),
        LogFormat::Json => drop(logs.with(lines.json()).try_init()),
    }
}
