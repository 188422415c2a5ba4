//! Sends messages to people on an SNS topic.
//!
//! Messages carry attributes, so that the filter policy of a subscription can pick its own. `audience` is
//! `approver`, `everybody` or `support`. A message to an approver also has `approver`: the name of the approver
//! [docs: sns/latest/dg/sns-subscription-filter-policies]. A plain topic without filters works, too.

use async_trait::async_trait;
use aws_sdk_sns::types::MessageAttributeValue;
use engine::ports::{Message, Messenger, Recipient, StoreError};

use crate::clients::Clients;
use crate::fault::{self, Resource};

/// The longest subject that SNS takes, in characters [docs: sns/latest/api/API_Publish, Subject].
const SUBJECT: usize = 100;

/// A message's subject in a form that SNS accepts: ASCII, and not too long.
pub fn subject_of(message: &Message) -> String {
    message.subject.chars().filter(char::is_ascii).take(SUBJECT).collect()
}

/// Names and values of the attributes by which subscriptions pick a message.
pub fn addressed(to: &Recipient) -> Vec<(&'static str, &str)> {
    match to {
        Recipient::Approver(name) => vec![("audience", "approver"), ("approver", name)],
        Recipient::Everybody => vec![("audience", "everybody")],
        Recipient::Support => vec![("audience", "support")],
    }
}

/// Publishes messages to people on one topic.
#[derive(Clone, Debug)]
pub struct SnsMessenger {
    client: aws_sdk_sns::Client,
    topic_arn: String,
}

impl SnsMessenger {
    /// A messenger that publishes to `topic_arn`.
    pub fn new(clients: &Clients, topic_arn: impl Into<String>) -> Self {
        Self { client: clients.sns.clone(), topic_arn: topic_arn.into() }
    }
}

#[async_trait]
impl Messenger for SnsMessenger {
    async fn send(&self, to: &Recipient, message: &Message) -> Result<(), StoreError> {
        let broken = |e: aws_sdk_sns::error::BuildError| StoreError::Broken(e.to_string());
        let text = |value: &str| {
            MessageAttributeValue::builder().data_type("String").string_value(value).build().map_err(broken)
        };
        let publishing =
            self.client.publish().topic_arn(&self.topic_arn).subject(subject_of(message)).message(&message.text);
        let publishing = addressed(to).into_iter().try_fold(publishing, |publishing, (name, value)| {
            Ok::<_, StoreError>(publishing.message_attributes(name, text(value)?))
        })?;
        match publishing.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(fault::sort(&error, &Resource::Topic(self.topic_arn.clone()), "sending a message")),
        }
    }
}
