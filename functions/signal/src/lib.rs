//! Ingests signals, and does nothing else: another function gives the verdict once a minute.
//!
//! Trigger: EventBridge (AWS Health, CloudWatch alarms), and requests to the function's own address. Their path is
//! `/webhook/` and the name of the source. Both may come twice, late and in any order: the track of a subject is
//! the same in the end.

mod request;

use engine::Deps;
use engine::homes::as_recorded;
use engine::noticing::hear;
use engine::ports::StoreError;
use serde_json::{Value, json};
use signals::sources::source_of_event;
use signals::{Gates, Source, Told, Unreadable};

/// An event that was not ingested. Nothing of it is repeated, because nobody knows its content (S23).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHeard {
    /// It is neither an event of a source nor a request.
    #[error("an event as in the folder events or a request is wanted, and this is neither")]
    Other,
    /// It cannot be read.
    #[error("{0}: {1}")]
    Unreadable(&'static str, Unreadable),
    /// Its signals could not be recorded. It may be sent again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotHeard {
    /// Logs it, with the code of the page that says what to do.
    pub fn log(&self) {
        match self {
            NotHeard::Other | NotHeard::Unreadable(..) => tracing::error!(code = "SIGNAL-UNREADABLE", "{self}"),
            NotHeard::Store(_) => tracing::error!(code = "NOT-RECORDED", "{self}"),
        }
    }
}

/// Ingests the signals of an event or a request, and returns the result.
///
/// # Errors
///
/// [`NotHeard`] if an event was not ingested. A request always gets an answer.
pub async fn handle(deps: &Deps, gates: &Gates, event: Value) -> Result<Value, NotHeard> {
    if event.get("requestContext").is_some_and(|context| context["http"].is_object()) {
        return Ok(request::answer(deps, gates, event).await);
    }
    let source = event.get("detail-type").and_then(Value::as_str).and_then(source_of_event);
    let source = source.ok_or(NotHeard::Other)?;
    take_in(deps, gates, source, event.to_string().as_bytes()).await
}

/// Reads a body and records its signals.
async fn take_in(deps: &Deps, gates: &Gates, source: &dyn Source, body: &[u8]) -> Result<Value, NotHeard> {
    let deps = &as_recorded(deps).await?;
    let listening = gates.listening(&deps.pair.watch.watched, deps.clock.now());
    let told = source.read(body, &listening).map_err(|why| NotHeard::Unreadable(source.name(), why))?;
    let Told { signals, passed_over } = told;
    let count = signals.len();
    let new = hear(deps, signals).await?;
    Ok(json!({ "source": source.name(), "signals": count, "new": new, "passed_over": passed_over }))
}
