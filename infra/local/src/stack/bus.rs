//! Takes published messages and hands each to the functions that the template names, or to people.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::delivery::Delivery;
use crate::embedded::{Published, Topics};

/// The topic whose messages people read, by its name in the template.
const PEOPLE: &str = "PeopleTopic";

/// An event for a function.
pub(super) struct Message {
    pub(super) function: String,
    pub(super) event: Value,
}

/// Takes published messages, and hands them to the receivers in the template.
pub(super) struct Bus {
    pub(super) topics: BTreeMap<String, Vec<String>>,
    pub(super) delivery: Delivery,
    pub(super) mail: Mutex<Vec<Mail>>,
    pub(super) send: mpsc::UnboundedSender<Message>,
}

/// A message that was published for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The topic, by its name in the template.
    pub topic: String,
    /// Subject in one line.
    pub subject: String,
    /// Text of the message.
    pub text: String,
    /// Attributes that subscriptions filter by.
    pub attributes: BTreeMap<String, String>,
}

#[async_trait]
impl Topics for Bus {
    async fn publish(&self, published: &Published) -> bool {
        let Some(functions) = self.topics.get(&published.topic) else { return false };
        if published.topic == PEOPLE {
            let Published { topic, subject, message, attributes } = published.clone();
            self.mail.lock().unwrap_or_else(PoisonError::into_inner).push(Mail {
                topic,
                subject,
                text: message,
                attributes,
            });
        }
        for function in functions {
            for _ in 0..self.delivery.copies {
                let event =
                    json!({ "Records": [{ "EventSource": "aws:sns", "Sns": { "Message": published.message } }] });
                // The receiver lives as long as the stack.
                drop(self.send.send(Message { function: function.clone(), event }));
            }
        }
        true
    }
}
