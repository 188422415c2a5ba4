//! Drives sagas.
//!
//! Trigger: wake messages (SNS, one saga's id each) and the one-minute tick
//! (EventBridge Scheduler). The event says *that* something may be due, never
//! *what* happened: that is on record.

use engine::Deps;
use engine::runner::{Driven, Stopped};
use engine::wake::{tick, wake};
use saga::SagaId;
use serde::Deserialize;
use serde_json::{Value, json};

/// What arrives.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// From SNS. `Records[].Sns.Message` is the saga's id.
    Wake {
        /// One or more messages.
        #[serde(rename = "Records")]
        records: Vec<Record>,
    },
    /// From the schedule; its content does not matter.
    Tick(Value),
}

/// One SNS record.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// The notification.
    #[serde(rename = "Sns")]
    pub sns: Notification,
}

/// One SNS notification.
#[derive(Debug, Deserialize)]
pub struct Notification {
    /// The message's text.
    #[serde(rename = "Message")]
    pub message: String,
}

/// Handles one event and says what came of it.
///
/// # Errors
///
/// [`Stopped`]: the runner had to stop; the next wake or tick goes on.
pub async fn handle(deps: &Deps, owner: &str, event: Event) -> Result<Value, Stopped> {
    let driven = match event {
        Event::Wake { records } => {
            let mut last = Driven::Over;
            for record in records {
                last = wake(deps, &SagaId(record.sns.message), owner).await?;
            }
            last
        }
        Event::Tick(_) => tick(deps, owner).await?,
    };
    Ok(match driven {
        Driven::Over => json!({ "driven": "over" }),
        Driven::Held { until } => json!({ "driven": "held", "until": until }),
        Driven::Resting { until } => json!({ "driven": "resting", "until": until }),
        Driven::HandedOver => json!({ "driven": "handed_over" }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_message_carries_the_id_of_its_saga() {
        let event = serde_json::from_str(include_str!("../../../events/saga/wake.json")).unwrap();
        let Event::Wake { records } = event else { panic!("read as a tick") };
        assert_eq!(records[0].sns.message, "payments-20260105T082333Z");
    }

    #[test]
    fn a_scheduled_event_is_a_tick() {
        let event = serde_json::from_str(include_str!("../../../events/saga/tick.json")).unwrap();
        assert!(matches!(event, Event::Tick(_)));
    }
}
