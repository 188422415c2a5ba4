//! Reads a body and records its signals.

use engine::Deps;
use engine::homes::as_recorded;
use engine::noticing::hear;
use serde_json::{Value, json};
use signals::{Gates, Source, Told};

use crate::not_heard::NotHeard;

/// Records the signals of a body of this source, and returns how many there were.
pub(crate) async fn take_in(deps: &Deps, gates: &Gates, source: &dyn Source, body: &[u8]) -> Result<Value, NotHeard> {
    let deps = &as_recorded(deps).await?;
    let listening = gates.listening(&deps.pair.watch.watched, deps.clock.now());
    let told = source.read(body, &listening).map_err(|why| NotHeard::Unreadable(source.name(), why))?;
    let Told { signals, passed_over } = told;
    let count = signals.len();
    let new = hear(deps, signals).await?;
    Ok(json!({ "source": source.name(), "signals": count, "new": new, "passed_over": passed_over }))
}
