//! Sends wake messages on an SNS topic.

use async_trait::async_trait;
use engine::ports::{StoreError, Waker};
use saga::SagaId;

use crate::clients::Clients;
use crate::fault::{self, Resource};

/// Publishes wake messages to one topic. The message is the saga's id and nothing else.
#[derive(Clone, Debug)]
pub struct SnsWaker {
    client: aws_sdk_sns::Client,
    topic_arn: String,
}

impl SnsWaker {
    /// A waker that publishes to `topic_arn`.
    pub fn new(clients: &Clients, topic_arn: impl Into<String>) -> Self {
        Self { client: clients.sns.clone(), topic_arn: topic_arn.into() }
    }
}

#[async_trait]
impl Waker for SnsWaker {
    async fn wake(&self, saga: &SagaId) -> Result<(), StoreError> {
        let publishing = self.client.publish().topic_arn(&self.topic_arn).message(&saga.0).send();
        match publishing.await {
            Ok(_) => Ok(()),
            Err(error) => {
                let topic = Resource::Topic(self.topic_arn.clone());
                Err(fault::sort(&error, &topic, &format!("waking saga {saga}")))
            }
        }
    }
}
