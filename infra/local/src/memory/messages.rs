//! Publishes wake messages and messages to people on the topics of the stack.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws::{Patience, Resource, addressed, subject_of};
use engine::ports::{Message, Messenger, Recipient, StoreError, Waker};
use saga::SagaId;

use super::requests::{Refusal, Request, Requests};
use crate::embedded::{Call, Published, Topics, Wire};

/// One topic, with the wire of one process.
#[derive(Clone)]
struct Topic {
    topics: Arc<dyn Topics>,
    requests: Requests,
    arn: String,
}

impl Topic {
    fn new(topics: Arc<dyn Topics>, wire: Arc<dyn Wire>, arn: String) -> Self {
        Self { topics, requests: Requests::over(wire), arn }
    }

    async fn publish(&self, published: &Published, doing: String) -> Result<(), StoreError> {
        let call = Call { service: "sns", operation: "Publish".to_owned(), subject: self.arn.clone() };
        let resource = Resource::Topic(self.arn.clone());
        let request = Request { call, patience: Patience::SMALL, resource: &resource, doing, lot: 0 };
        let publish = || async {
            let missing = || Refusal { status: 404, code: "NotFound", text: "Topic does not exist".to_owned() };
            self.topics.publish(published).await.then_some(()).ok_or_else(missing)
        };
        self.requests.carry(request, publish).await
    }
}

/// Publishes wake messages on one topic. A message is the saga's id and nothing else.
#[derive(Clone)]
pub struct MemoryWaker(Topic);

impl fmt::Debug for MemoryWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryWaker").field(&self.0.arn).finish()
    }
}

impl MemoryWaker {
    /// A waker that publishes on `arn`. Its requests cross `wire`.
    pub fn new(topics: Arc<dyn Topics>, wire: Arc<dyn Wire>, arn: impl Into<String>) -> Self {
        Self(Topic::new(topics, wire, arn.into()))
    }
}

#[async_trait]
impl Waker for MemoryWaker {
    async fn wake(&self, saga: &SagaId) -> Result<(), StoreError> {
        let published = Published {
            topic: self.0.arn.clone(),
            subject: String::new(),
            message: saga.0.clone(),
            attributes: [].into(),
        };
        self.0.publish(&published, format!("waking saga {saga}")).await
    }
}

/// Publishes messages to people on one topic.
#[derive(Clone)]
pub struct MemoryMessenger(Topic);

impl fmt::Debug for MemoryMessenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryMessenger").field(&self.0.arn).finish()
    }
}

impl MemoryMessenger {
    /// A messenger that publishes on `arn`. Its requests cross `wire`.
    pub fn new(topics: Arc<dyn Topics>, wire: Arc<dyn Wire>, arn: impl Into<String>) -> Self {
        Self(Topic::new(topics, wire, arn.into()))
    }
}

#[async_trait]
impl Messenger for MemoryMessenger {
    async fn send(&self, to: &Recipient, message: &Message) -> Result<(), StoreError> {
        let attributes = addressed(to).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let published = Published {
            topic: self.0.arn.clone(),
            subject: subject_of(message),
            message: message.text.clone(),
            attributes: attributes.collect(),
        };
        self.0.publish(&published, "sending a message".to_owned()).await
    }
}
