//! Drives sagas.
//!
//! Trigger: wake messages (SNS, each with the id of one saga) and the one-minute tick (EventBridge Scheduler). The
//! event only says that something may be due. The record says what happened.

use engine::Deps;
use engine::pair::pair_head;
use engine::ports::StoreError;
use engine::runner::{Driven, RunnerError};
use engine::wake::{tick, wake};
use runtime::metrics::Metric;
use saga::SagaId;
use serde::Deserialize;
use serde_json::Value;

/// An event that arrives.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
pub enum Event {
    /// A wake message from SNS. `Records[].Sns.Message` is the saga's id.
    Wake {
        /// One or more messages.
        records: Vec<Record>,
    },
    /// A tick from the schedule. Its content does not matter.
    Tick,
}

impl Event {
    /// Whether the schedule sent it.
    pub fn is_tick(&self) -> bool {
        match self {
            Event::Tick => true,
            Event::Wake { .. } => false,
        }
    }
}

/// An event that is neither a wake message nor a tick.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// It has records that are no wake messages. It is not taken for a tick. A tick would hide that something else
    /// is subscribed to the function, or that SNS changed its envelope.
    #[error("a wake message is wanted, as in events/saga/wake.json: {0}")]
    Records(#[from] serde_json::Error),
    /// It is not an object. It is not repeated, because nobody knows its content (S23).
    #[error("a wake message or a tick is wanted, as in events/saga, and this is no object")]
    Other,
}

impl TryFrom<Value> for Event {
    type Error = EventError;

    fn try_from(event: Value) -> Result<Self, EventError> {
        let Value::Object(mut event) = event else { return Err(EventError::Other) };
        match event.remove("Records") {
            Some(records) => Ok(Event::Wake { records: serde_json::from_value(records)? }),
            None => Ok(Event::Tick),
        }
    }
}

/// One SNS record.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// The notification in the record.
    #[serde(rename = "Sns")]
    pub sns: Notification,
}

/// One SNS notification.
#[derive(Debug, Deserialize)]
pub struct Notification {
    /// The text of the message.
    #[serde(rename = "Message")]
    pub message: String,
}

/// Handles one event and returns the result.
///
/// # Errors
///
/// [`RunnerError`] if the runner had to stop. The next wake or tick goes on.
pub async fn handle(deps: &Deps, owner: &str, event: Event) -> Result<Driven, RunnerError> {
    match event {
        Event::Wake { records } => {
            let mut last = Driven::Over;
            for record in records {
                last = wake(deps, &SagaId(record.sns.message), owner).await?;
            }
            Ok(last)
        }
        Event::Tick => tick(deps, owner).await,
    }
}

/// The metrics of the pair's saga. After a tick without work there are none, and nothing is read (L6).
///
/// # Errors
///
/// [`StoreError`] if the head of the pair or of the saga cannot be read.
pub async fn metrics(deps: &Deps, driven: &Driven) -> Result<Vec<Metric>, StoreError> {
    if *driven == Driven::Over {
        return Ok(Vec::new());
    }
    let Some(saga) = pair_head(deps).await?.saga else { return Ok(Vec::new()) };
    let Some(head) = deps.sagas.head(&saga).await? else { return Ok(Vec::new()) };
    let begun = head.clocks.noticed_at;
    let age = begun.map(|begun| Metric::SagaAgeSeconds(deps.clock.now().duration_since(begun).as_secs().max(0)));
    Ok([Some(Metric::SagaOpenSteps(head.tally.open())), age].into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_says_how_the_drive_ended() {
        let (until, text) = (Timestamp::UNIX_EPOCH, "1970-01-01T00:00:00Z");
        let answers = [
            (Driven::Over, json!({ "driven": "over" })),
            (Driven::Held { until }, json!({ "driven": "held", "until": text })),
            (Driven::Resting { until: Some(until) }, json!({ "driven": "resting", "until": text })),
            (Driven::Resting { until: None }, json!({ "driven": "resting", "until": null })),
            (Driven::HandedOver, json!({ "driven": "handed_over" })),
        ];
        for (driven, answer) in answers {
            assert_eq!(serde_json::to_string(&driven).unwrap(), answer.to_string());
        }
    }

    #[test]
    fn a_wake_message_carries_the_id_of_its_saga() {
        let event = serde_json::from_str(include_str!("../../../events/saga/wake.json")).unwrap();
        let Event::Wake { records } = event else { panic!("read as a tick") };
        assert_eq!(records[0].sns.message, "payments-20260105T082333Z");
    }

    #[test]
    fn a_scheduled_event_is_a_tick() {
        let event = serde_json::from_str(include_str!("../../../events/saga/tick.json")).unwrap();
        assert!(matches!(event, Event::Tick) && event.is_tick());
    }

    #[test]
    fn what_is_neither_is_refused_with_what_is_wanted() {
        refused(json!({ "Records": [{ "s3": {} }] }), "events/saga/wake.json: missing field `Sns`");
        refused(json!({ "Records": "payments" }), "events/saga/wake.json: invalid type");
        refused(json!("payments"), "this is no object");
    }

    fn refused(event: Value, why: &str) {
        let told = serde_json::from_value::<Event>(event).unwrap_err().to_string();
        assert!(told.contains(why), "{told}");
    }
}
