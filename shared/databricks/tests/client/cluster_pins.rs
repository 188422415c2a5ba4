//! Tests that clusters are pinned when they are fenced, and that a refused pin does not keep a fence from
//! being done.

use std::sync::atomic::{AtomicBool, Ordering};

use databricks::codes;
use engine::ports::{ApiReply, Context, Next, ReadPurpose, Workspace};
use failover::plan::want::{ALL_FENCED, FENCED};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::canned::{Stage, ok, reply};
use crate::judgments::{requests, step};

const LATE: Context<'static> = Context { token: "t", since: Timestamp::UNIX_EPOCH, tries: 0, reply: None };

/// A workspace with cluster 7 and this many other pinned clusters. A pin is answered with this refusal.
fn stage(source: &'static str, state: &'static str, pins: usize, refusal: Option<(u16, &'static str)>) -> Stage {
    let pinned = AtomicBool::new(false);
    Stage::personal(move |line, _| {
        let seven = json!({ "cluster_id": "7", "cluster_name": "seven", "state": state, "cluster_source": source });
        if line.contains("/clusters/pin") {
            if let Some((status, code)) = refusal {
                return reply(status, &[], &json!({ "error_code": code, "message": "no pin" }).to_string());
            }
            pinned.store(true, Ordering::Relaxed);
            return ok(&json!({}));
        }
        if line.contains("filter_by.is_pinned=true") {
            let others = (0..pins).map(|id| json!({ "cluster_id": format!("other-{id}") }));
            let own = pinned.load(Ordering::Relaxed).then(|| seven.clone());
            return ok(&json!({ "clusters": others.chain(own).collect::<Vec<Value>>() }));
        }
        ok(&match line.contains("/clusters/get") {
            true => seven,
            false => json!({ "clusters": [seven] }),
        })
    })
}

async fn judged(stage: &Stage, reply: Option<&ApiReply>) -> Next {
    let seen = stage.workspace.look("cluster", "7", ReadPurpose::Fence, &stage.admission).await.unwrap();
    let context = Context { reply, ..LATE };
    stage.workspace.next(&step("cluster", FENCED, Value::Null), seen.as_ref(), &context)
}

#[tokio::test]
async fn a_cluster_is_terminated_first_and_pinned_then() {
    let running = stage("UI", "RUNNING", 0, None);
    assert_eq!(requests(judged(&running, None).await)[0]["endpoint"], json!("clusters/delete"));
    assert_eq!(running.sent().len(), 1, "whether it is pinned is not asked before");
    let terminated = stage("API", "TERMINATED", 99, None);
    let Next::Call(api_calls) = judged(&terminated, None).await else { panic!("no call") };
    let pin = json!({ "endpoint": "clusters/pin", "id": "", "body": { "cluster_id": "7" } });
    assert_eq!(api_calls[0].request, pin);
    let made = terminated.workspace.call(&api_calls[0], &terminated.admission).await.unwrap();
    for reply in [Some(&made), None] {
        assert_eq!(judged(&terminated, reply).await, Next::Satisfied { note: "TERMINATED".to_owned() });
    }
}

#[tokio::test]
async fn where_all_pins_are_in_use_a_cluster_is_fenced_without_and_that_is_found() {
    for (pins, word) in [(99, "pin it"), (100, "unpin another"), (150, "unpin another")] {
        let stage = stage("UI", "TERMINATED", pins, None);
        let is_fenced = matches!(judged(&stage, None).await, Next::Satisfied { .. });
        assert_eq!(is_fenced, pins >= 100, "{pins}");
        let listed = stage.workspace.list("cluster", ReadPurpose::Record, &stage.admission).await.unwrap();
        let findings = stage.workspace.record(&listed[0]).findings;
        assert!(findings.len() == 1 && findings[0].contains(word), "{findings:?}");
    }
}

#[tokio::test]
async fn a_refused_pin_is_noted_and_keeps_no_fence_open() {
    for refusal in [(400, "QUOTA_EXCEEDED"), (403, "PERMISSION_DENIED"), (501, "NOT_IMPLEMENTED")] {
        let stage = stage("UI", "TERMINATED", 3, Some(refusal));
        let Next::Call(api_calls) = judged(&stage, None).await else { panic!("no call") };
        let made = stage.workspace.call(&api_calls[0], &stage.admission).await.unwrap();
        let Next::Satisfied { note } = judged(&stage, Some(&made)).await else { panic!("not fenced") };
        assert!(note.starts_with("TERMINATED, not pinned: ") && note.contains("no pin"), "{note}");
    }
}

#[tokio::test]
async fn a_pin_that_may_work_later_is_tried_again() {
    for (status, code, expected) in [
        (429, "REQUEST_LIMIT_EXCEEDED", codes::THROTTLED),
        (503, "TEMPORARILY_UNAVAILABLE", codes::SERVER_ERROR),
        (401, "UNAUTHENTICATED", codes::NOT_SIGNED_IN),
    ] {
        let stage = stage("UI", "TERMINATED", 3, Some((status, code)));
        let Next::Call(api_calls) = judged(&stage, None).await else { panic!("no call") };
        assert_eq!(stage.workspace.call(&api_calls[0], &stage.admission).await.unwrap_err().code, expected);
    }
}

#[tokio::test]
async fn a_sweep_and_a_job_cluster_know_no_pins() {
    let ui = stage("UI", "TERMINATED", 3, None);
    let listed = ui.workspace.list("cluster", ReadPurpose::Fence, &ui.admission).await.unwrap();
    let next = ui.workspace.next_of_all(&step("cluster", ALL_FENCED, Value::Null), &listed.iter().collect::<Vec<_>>());
    assert!(matches!(next, Next::Satisfied { .. }), "{next:?}");
    let job = stage("JOB", "TERMINATED", 3, None);
    assert!(matches!(judged(&job, None).await, Next::Satisfied { .. }));
    assert_eq!(job.sent().len(), 1);
}
