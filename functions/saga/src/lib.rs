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
