//! Reads a body and records its signals.

use engine::Deps;
use engine::detection::ingest;
use engine::roles::as_recorded;
use serde_json::{Value, json};
use signals::{Alarm, Gates, Listening, Readings, Source};

use crate::not_heard::IngestError;

/// Records the signals of a body of this source, and returns how many there were.
pub(crate) async fn take_in(
    deps: &Deps,
    gates: &Gates,
    source: &dyn Source,
    body: &[u8],
) -> Result<Value, IngestError> {
    let deps = &as_recorded(deps).await?;
    // An alarm watches a workspace. A promotion changes the role of the workspace, and not the alarm.
    let sides = deps.sides();
    let of_now = |alarm: &Alarm| Alarm { side: alarm.side.map(|side| sides.of_configured(side)), ..alarm.clone() };
    let alarms: Vec<Alarm> = gates.alarms.iter().map(of_now).collect();
    let listening = Listening { watched: &sides.watched, alarms: &alarms, now: deps.clock.now() };
    let readings = source.read(body, &listening).map_err(|why| IngestError::Unreadable(source.name(), why))?;
    let Readings { signals, passed_over } = readings;
    let count = signals.len();
    let new = ingest(deps, signals).await?;
    Ok(json!({ "source": source.name(), "signals": count, "new": new, "passed_over": passed_over }))
}
