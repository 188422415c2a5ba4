//! Checks the kinds that only read: sources, and the heartbeat of a dataset.

use std::sync::Arc;

use async_trait::async_trait;
use aws::codes;
use engine::ports::Actions;
use failover::action::ShownLoss;
use failover::plan::want::{REACHABLE, SYNCED};
use local::embedded::{Call, Passage, Wire};
use saga::Reaction;
use serde_json::{Value, json};
use sim::{CloudFaultKind, CloudSettings};

use super::{REGION, Stand};
use crate::ground::{BUCKET, at};

/// Answers every request to S3 with one refusal.
struct Refusing(u16, &'static str);

#[async_trait]
impl Wire for Refusing {
    async fn before(&self, call: &Call) -> Passage {
        if call.service == "s3" { Passage::Answer { status: self.0, code: self.1 } } else { Passage::Admission }
    }
}

fn refusing(status: u16, code: &'static str) -> Stand {
    Stand::with(CloudSettings::default(), Some(Arc::new(Refusing(status, code))))
}

fn heartbeat() -> Value {
    json!({ "bucket": BUCKET, "key": "beat", "objective_seconds": 60 })
}

#[tokio::test(start_paused = true)]
async fn a_prefix_is_reachable_also_when_it_is_empty() {
    let stand = Stand::new();
    let settings = json!({ "bucket": BUCKET, "prefix": "orders/" });
    let told = stand.attempt("s3_prefix", REACHABLE, settings.clone()).await.unwrap();
    assert_eq!(told, "the bucket plans answers and holds nothing under orders/");
    stand.put_object("orders/one", "x").await;
    let told = stand.attempt("s3_prefix", REACHABLE, settings).await.unwrap();
    assert_eq!(told, "the bucket plans answers and holds objects under orders/");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_missing_denied_or_slow_is_not_reachable() {
    let missing = Stand::new().attempt("s3_prefix", REACHABLE, json!({ "bucket": "none" })).await.unwrap_err();
    assert_eq!((missing.reaction, missing.code), (Reaction::PersonNeeded, codes::AWS_NOT_FOUND));
    let settings = json!({ "bucket": BUCKET, "region": "us-east-1" });
    let denied = refusing(403, "AccessDenied").attempt("s3_prefix", REACHABLE, settings.clone()).await.unwrap_err();
    assert!(denied.message.contains("allow s3:ListBucket on the bucket plans in us-east-1"), "{denied}");
    let slow = refusing(503, "SlowDown").attempt("s3_prefix", REACHABLE, settings).await.unwrap_err();
    assert_eq!((slow.reaction, slow.code), (Reaction::Again { after_ms: None }, codes::AWS_THROTTLED));
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_reachable_while_it_can_be_read() {
    let stand = Stand::new();
    let settings = json!({ "stream": "orders", "region": REGION });
    for (status, reaction) in [
        ("ACTIVE", None),
        ("UPDATING", None),
        ("CREATING", Some(Reaction::Again { after_ms: None })),
        ("DELETING", Some(Reaction::PersonNeeded)),
    ] {
        stand.cloud.lock().unwrap().add_stream(REGION, "orders", status);
        let told = stand.attempt("kinesis_stream", REACHABLE, settings.clone()).await;
        assert_eq!(told.err().map(|fault| fault.reaction), reaction, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_missing_denied_or_throttled_is_told() {
    let settings = json!({ "stream": "orders", "region": "us-east-1" });
    let missing = Stand::new().attempt("kinesis_stream", REACHABLE, settings).await.unwrap_err();
    assert_eq!((missing.reaction, missing.code), (Reaction::PersonNeeded, codes::AWS_NOT_FOUND));
    let settings = json!({ "stream": "orders", "region": REGION });
    for (kind, code) in
        [(CloudFaultKind::Denied, codes::AWS_ACCESS_DENIED), (CloudFaultKind::Throttled, codes::AWS_THROTTLED)]
    {
        let stand = Stand::new();
        stand.fail("DescribeStreamSummary", kind);
        let fault = stand.attempt("kinesis_stream", REACHABLE, settings.clone()).await.unwrap_err();
        assert_eq!(fault.code, code, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_tells_its_time() {
    let stand = Stand::new();
    stand.put_object("beat", &format!(" {}\n", at(-30))).await;
    assert_eq!(stand.actions.synced_at("heartbeat", &heartbeat(), &stand.admission).await, Ok(at(-30)));
    let told = stand.attempt("heartbeat", SYNCED, heartbeat()).await.unwrap();
    assert!(told.ends_with("30 s would be lost, within the objective of 60 s"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_cannot_be_read_is_never_recent_s17() {
    let stand = Stand::new();
    let unread = stand.actions.synced_at("heartbeat", &heartbeat(), &stand.admission).await.unwrap_err();
    assert_eq!((unread.reaction, &unread.code), (Reaction::Again { after_ms: None }, &codes::HEARTBEAT_UNREADABLE));
    let far = at(3600).to_string();
    for text in ["", "yesterday", &"x".repeat(5000), &far] {
        stand.put_object("beat", text).await;
        let fault = stand.attempt("heartbeat", SYNCED, heartbeat()).await.unwrap_err();
        assert_eq!((fault.reaction, fault.code), (Reaction::Again { after_ms: None }, codes::HEARTBEAT_UNREADABLE));
    }
    let denied = refusing(403, "AccessDenied").attempt("heartbeat", SYNCED, heartbeat()).await.unwrap_err();
    assert!(denied.message.contains("allow s3:GetObject and s3:ListBucket"), "{denied}");
}

#[tokio::test(start_paused = true)]
async fn a_loss_that_was_shown_is_accepted_and_a_worse_one_is_for_a_person() {
    let stand = Stand::new();
    let shown = ShownLoss { synced_at: Some(at(-500)), loss_s: Some(500), objective_s: 60 };
    stand.put_object("beat", &at(-500).to_string()).await;
    let told = stand.told("heartbeat", SYNCED, heartbeat(), Some(shown), None).await.unwrap();
    assert!(told.ends_with("no older than when a loss of 500 s was accepted"), "{told}");
    stand.put_object("beat", &at(-501).to_string()).await;
    let fault = stand.told("heartbeat", SYNCED, heartbeat(), Some(shown), None).await.unwrap_err();
    assert_eq!((fault.reaction, fault.code), (Reaction::PersonNeeded, codes::LOSS_IS_WORSE));
}
