//! Checks messages on topics, which cannot be read back.

use std::sync::Arc;

use async_trait::async_trait;
use aws::{AwsActions, Clients, SnsWaker, codes};
use engine::codes::UNKNOWN_STEP;
use engine::ports::{Message, Waker};
use failover::plan::want::TOLD;
use local::embedded::{Buckets, Embedded, Published, Table, Topics};
use saga::Reaction;
use serde_json::json;
use sim::CloudFaultKind;

use super::{Stand, TOPIC, Ticking};
use crate::ground::{BUCKET, TABLE, saga};

fn message() -> Message {
    Message { subject: "The work has moved\nto région two".into(), text: "Use https://two.example.\n".into() }
}

async fn publish(stand: &Stand, topic: &str) -> Result<String, saga::Fault> {
    stand.told("sns_message", TOLD, json!({ "topic": topic }), None, Some(&message())).await
}

#[tokio::test(start_paused = true)]
async fn a_message_is_told_when_its_topic_has_accepted_it() {
    let stand = Stand::new();
    let told = publish(&stand, TOPIC).await.unwrap();
    assert!(told.contains("has accepted message 0000"), "{told}");
    let cloud = stand.cloud.lock().unwrap();
    let sent = &cloud.messages()[0];
    assert_eq!(
        (sent.subject.as_str(), sent.text.as_str()),
        ("The work has moved to r?gion two", "Use https://two.example.\n")
    );
}

/// S7: both tries carry the same token.
#[tokio::test(start_paused = true)]
async fn a_lost_reply_sends_again_and_a_fifo_topic_keeps_the_second() {
    for (topic, messages) in [(TOPIC.to_owned(), 2), (format!("{TOPIC}.fifo"), 1)] {
        let stand = Stand::new();
        stand.fail("Publish", CloudFaultKind::ReplyLost { nth: Some(1) });
        let fault = publish(&stand, &topic).await.unwrap_err();
        assert_eq!((fault.reaction, fault.code), (Reaction::VerifyFirst, codes::AWS_DOUBTFUL_ANSWER));
        assert!(publish(&stand, &topic).await.is_ok());
        assert_eq!(stand.cloud.lock().unwrap().messages().len(), messages, "{topic}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_is_missing_denied_or_throttled_is_told() {
    let missing = publish(&Stand::new(), &format!("{TOPIC}-none")).await.unwrap_err();
    assert_eq!((missing.reaction, &missing.code), (Reaction::PersonNeeded, &codes::AWS_NOT_FOUND));
    for (kind, code) in
        [(CloudFaultKind::Denied, codes::AWS_ACCESS_DENIED), (CloudFaultKind::Throttled, codes::AWS_THROTTLED)]
    {
        let stand = Stand::new();
        stand.fail("Publish", kind);
        let fault = publish(&stand, TOPIC).await.unwrap_err();
        assert_eq!(fault.code, code, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_without_a_message_sends_none() {
    let stand = Stand::new();
    let fault = stand.attempt("sns_message", TOLD, json!({ "topic": TOPIC })).await.unwrap_err();
    assert_eq!((fault.reaction, fault.code), (Reaction::PersonNeeded, UNKNOWN_STEP));
    assert_eq!(stand.count("Publish"), 0);
}

/// The stack's own topic.
struct Own;

const OWN: &str = "arn:aws:sns:eu-west-1:000000000000:wake";

#[async_trait]
impl Topics for Own {
    async fn publish(&self, published: &Published) -> bool {
        published.topic == OWN
    }
}

#[tokio::test(start_paused = true)]
async fn the_stack_s_own_topics_stay_in_the_stack() {
    let mut stand = Stand::new();
    let parts = Embedded::new(Table::memory(TABLE).unwrap(), Buckets::memory([BUCKET]));
    let clock = Arc::new(Ticking(tokio::time::Instant::now()));
    let parts = parts.with_topics(Arc::new(Own)).with_cloud(Arc::clone(&stand.cloud), clock);
    stand.clients = Clients::embedded(parts, "eu-west-1");
    stand.actions = AwsActions::new(&stand.clients);
    assert_eq!(SnsWaker::new(&stand.clients, OWN).wake(&saga()).await, Ok(()));
    assert_eq!(stand.cloud.lock().unwrap().messages().len(), 0);
    assert!(publish(&stand, TOPIC).await.is_ok());
    assert_eq!(stand.cloud.lock().unwrap().messages().len(), 1);
}
