//! Ingests signals, and does nothing else: another function gives the verdict once a minute.
//!
//! Trigger: EventBridge (AWS Health, CloudWatch alarms), and requests to the function's own address. Their path is
//! `/webhook/` and the name of the source. Both may come twice, late and in any order: the track of a subject is
//! the same in the end.

mod body;
mod not_heard;
mod request;

use engine::Deps;
use serde_json::Value;
use signals::Gates;
use signals::sources::source_of_event;

use crate::body::take_in;
pub use crate::not_heard::IngestError;

/// Ingests the signals of an event or a request, and returns the result.
///
/// # Errors
///
/// [`IngestError`] if an event was not ingested. A request always gets an answer.
pub async fn handle(deps: &Deps, gates: &Gates, event: Value) -> Result<Value, IngestError> {
    if event.get("requestContext").is_some_and(|context| context["http"].is_object()) {
        return Ok(request::answer(deps, gates, event).await);
    }
    let source = event.get("detail-type").and_then(Value::as_str).and_then(source_of_event);
    let source = source.ok_or(IngestError::Other)?;
    take_in(deps, gates, source, event.to_string().as_bytes()).await
}
