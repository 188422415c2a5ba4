//! Simulates SNS: `Publish` to topics that people are subscribed to.
//!
//! [SNS: API Publish; FIFO message deduplication]

use std::collections::BTreeMap;

use super::Cloud;
use super::place::{TOPICS, xml};
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use crate::wire::Reply;

/// Time for which a FIFO topic recognises a deduplication id, ms.
const DEDUPLICATED_MS: i64 = 300_000;

/// A message that a topic has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudMessage {
    /// Moment of the message, unix ms.
    pub at_ms: i64,
    /// ARN of the topic.
    pub topic: String,
    /// Subject of the message; empty if there was none.
    pub subject: String,
    /// Text of the message.
    pub text: String,
}

/// The state of a topic: the deduplication ids and the moments at which they came. Only a FIFO topic has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Topic {
    seen: BTreeMap<String, i64>,
}

impl Cloud {
    pub(crate) fn topic_call(&mut self, operation: &str, request: &CloudRequest) -> Handled {
        (operation == "Publish").then(|| self.publish(request))
    }

    fn publish(&mut self, request: &CloudRequest) -> Result<Reply, Refused> {
        let field = |name: &str| request.field(name).unwrap_or_default();
        let (arn, text, subject) = (field("TopicArn"), field("Message"), field("Subject"));
        let Some(topic) = self.topics.get_mut(&arn) else {
            return Err(Refused::new(404, "NotFound", "Topic does not exist"));
        };
        if text.is_empty() || text.len() > 262_144 {
            return Err(Refused::new(400, "InvalidParameter", "Invalid parameter: Message too long or empty"));
        }
        let plain = |c: char| (' '..='~').contains(&c);
        if subject.chars().count() > 100 || !subject.chars().all(plain) || subject.starts_with(' ') {
            return Err(Refused::new(400, "InvalidParameter", "Invalid parameter: Subject"));
        }
        let mut again = false;
        if arn.ends_with(".fifo") {
            let (group, id) = (field("MessageGroupId"), field("MessageDeduplicationId"));
            if group.is_empty() || id.is_empty() {
                let message = "Invalid parameter: The MessageGroupId parameter is required for FIFO topics";
                return Err(Refused::new(400, "InvalidParameter", message));
            }
            let before = topic.seen.get(&id).copied();
            again = before.is_some_and(|before| self.now_ms - before < DEDUPLICATED_MS);
            if !again {
                topic.seen.insert(id, self.now_ms);
            }
        }
        if !again {
            self.messages.push(CloudMessage { at_ms: self.now_ms, topic: arn, subject, text });
        }
        let id = format!("00000000-0000-4000-8000-{:012}", self.messages.len());
        Ok(xml(
            200,
            &format!(
                "<PublishResponse xmlns=\"{TOPICS}\"><PublishResult><MessageId>{id}</MessageId></PublishResult>\
                 <ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></PublishResponse>"
            ),
        ))
    }
}
