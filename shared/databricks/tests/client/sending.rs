//! Tests sending: the reported end of a request, the trust in an answer, and the end of a listing.

use std::time::Duration;

use databricks::{Reach, Response, TransportError, codes};
use engine::ports::{ApiCall, Ending, ReadPurpose, Workspace};
use saga::{Fault, Reaction};
use serde_json::json;

use crate::canned::{Stage, ok, reply};

/// A workspace that gives this answer to every request.
fn always(answer: impl Fn() -> Result<Response, TransportError> + Send + Sync + 'static) -> Stage {
    Stage::personal(move |_, _| answer())
}

async fn look(stage: &Stage) -> Fault {
    stage.workspace.look("cluster", "c", ReadPurpose::Start, &stage.admission).await.unwrap_err()
}

async fn effect(stage: &Stage) -> Result<engine::ports::ApiReply, Fault> {
    let request = json!({ "endpoint": "sql/warehouses/stop", "id": "w", "body": null });
    stage.workspace.call(&ApiCall { kind: "sql_warehouse", what: "stop w".to_owned(), request }, &stage.admission).await
}

fn last_ending(stage: &Stage) -> Ending {
    stage.admission.left.lock().unwrap().last().unwrap().1
}

#[tokio::test]
async fn no_answer_is_doubt_only_if_an_effect_may_have_arrived() {
    for (reach, look_says, effect_says) in [
        (Reach::NotSent, Reaction::Again { after_ms: None }, Reaction::Again { after_ms: None }),
        (Reach::Doubt, Reaction::Again { after_ms: None }, Reaction::VerifyFirst),
    ] {
        let stage = always(move || Err(TransportError { reach, message: "gone".to_owned() }));
        assert_eq!(look(&stage).await.reaction, look_says);
        assert_eq!(effect(&stage).await.unwrap_err().reaction, effect_says);
        assert_eq!(last_ending(&stage), Ending::Failed);
    }
}

#[tokio::test]
async fn a_429_is_told_to_the_limiter_with_the_time_it_names() {
    let stage =
        always(|| reply(429, &[("retry-after", "4")], r#"{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"x"}"#));
    let fault = effect(&stage).await.unwrap_err();
    assert_eq!((fault.code, fault.reaction), (codes::THROTTLED, Reaction::Again { after_ms: Some(4_000) }));
    assert_eq!(last_ending(&stage), Ending::Throttled { retry_after: Some(Duration::from_secs(4)) });
}

#[tokio::test]
async fn a_refusal_shows_the_api_alive_and_a_5xx_does_not() {
    let refused = always(|| reply(403, &[], r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#));
    effect(&refused).await.unwrap_err();
    assert_eq!(last_ending(&refused), Ending::Answered);
    let unwell = always(|| reply(500, &[], ""));
    effect(&unwell).await.unwrap_err();
    assert_eq!(last_ending(&unwell), Ending::Failed);
    let page = always(|| reply(200, &[("content-type", "text/html")], "<html>"));
    effect(&page).await.unwrap_err();
    assert_eq!(last_ending(&page), Ending::Failed);
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_leaves_its_pass_once() {
    let stage = always(|| ok(&json!({})));
    {
        let call = effect(&stage);
        tokio::pin!(call);
        // The transport yields once, so one poll leaves the request under way.
        tokio::select! {
            biased;
            _ = &mut call => panic!("answered at once"),
            () = std::future::ready(()) => {}
        }
    }
    assert_eq!(*stage.admission.entered.lock().unwrap(), ["warehouses.state"]);
    assert_eq!(*stage.admission.left.lock().unwrap(), [("warehouses.state", Ending::Failed)]);
}

#[tokio::test]
async fn an_empty_answer_is_enough_for_an_effect_and_not_for_a_look() {
    let stage = always(|| reply(200, &[], ""));
    assert!(effect(&stage).await.is_ok());
    let listed = stage.workspace.list("sql_warehouse", ReadPurpose::Fence, &stage.admission).await;
    assert_eq!(listed.unwrap_err().code, codes::NOT_JSON, "nothing is not an empty listing");
    let list = always(|| ok(&json!([1])));
    assert_eq!(look(&list).await.code, codes::NOT_JSON);
    assert_eq!(effect(&list).await.unwrap_err().reaction, Reaction::VerifyFirst);
}

#[tokio::test]
async fn a_message_is_cut_and_holds_no_token_s23() {
    let body = format!(r#"{{"error_code":"BAD","message":"personal {}"}}"#, "x".repeat(2_000));
    let stage = always(move || reply(400, &[], &body));
    let fault = effect(&stage).await.unwrap_err();
    assert!(!fault.message.contains("personal") && fault.message.len() < 400, "{fault}");
}

#[tokio::test]
async fn a_listing_goes_on_while_there_is_a_next_page_and_only_then() {
    let stage = Stage::personal(|line, _| {
        let page = |ids: &[&str], next: Option<&str>| {
            let items: Vec<_> = ids.iter().map(|id| json!({ "id": id, "state": "STOPPED" })).collect();
            ok(&json!({ "warehouses": items, "next_page_token": next, "has_more": true }))
        };
        match line.split("page_token=").nth(1) {
            None => page(&["a", "b"], Some("2")),
            Some("2") => page(&[], Some("3")),
            Some("3") => page(&["c"], Some("")),
            Some(other) => panic!("page {other} was never offered"),
        }
    });
    let listed = stage.workspace.list("sql_warehouse", ReadPurpose::Fence, &stage.admission).await.unwrap();
    assert_eq!(listed.iter().map(|seen| seen.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(stage.sent().len(), 3);
}

#[tokio::test]
async fn a_listing_that_would_never_end_is_a_fault() {
    let stage = always(|| ok(&json!({ "warehouses": [], "next_page_token": "same" })));
    let fault = stage.workspace.list("sql_warehouse", ReadPurpose::Fence, &stage.admission).await.unwrap_err();
    assert_eq!(fault.code, codes::LISTING_LOOPS);
    assert_eq!(stage.sent().len(), 2);
}

#[tokio::test]
async fn a_listing_that_breaks_on_a_later_page_is_no_listing() {
    let stage = Stage::personal(|line, _| match line.contains("page_token") {
        false => ok(&json!({ "warehouses": [{ "id": "a" }], "next_page_token": "2" })),
        true => reply(500, &[], ""),
    });
    let fault = stage.workspace.list("sql_warehouse", ReadPurpose::Fence, &stage.admission).await.unwrap_err();
    assert_eq!(fault.code, codes::SERVER_ERROR);
    let nameless = always(|| ok(&json!({ "warehouses": [{ "name": "no id" }] })));
    let fault = nameless.workspace.list("sql_warehouse", ReadPurpose::Fence, &nameless.admission).await.unwrap_err();
    assert_eq!(fault.code, codes::NOT_JSON, "what cannot be named cannot be fenced");
}
