//! Opens the approval pages as a browser does, in virtual time.

use std::time::Duration;

use engine::ports::AuditEntry;
use jiff::SignedDuration;
use local::clockwork::in_virtual_time;
use local::stack::PAIR;
use serde_json::{Value, json};

use crate::people::code;
use crate::question::Ground;

/// A page as a browser gets it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The status of the answer.
    pub status: u64,
    /// The body.
    pub text: String,
    /// The whole answer of the function.
    pub whole: Value,
}

/// Asks `people` of the approvers about a failover, and plays `acts`. Nothing else runs.
pub fn perform<T>(people: u32, api_calls: impl AsyncFnOnce(&Ground) -> T) -> T {
    in_virtual_time(async move {
        let ground = Ground::new(people, SignedDuration::from_mins(60)).await;
        api_calls(&ground).await
    })
    .unwrap()
}

/// The same, while the functions run.
pub fn perform_beside<T>(people: u32, api_calls: impl AsyncFnOnce(&Ground) -> T) -> T {
    in_virtual_time(async move {
        let ground = Ground::new(people, SignedDuration::from_mins(60)).await;
        tokio::select! {
            biased;
            ended = api_calls(&ground) => ended,
            () = ground.stack.run() => unreachable!("the stack runs for ever"),
        }
    })
    .unwrap()
}

impl Ground {
    /// Waits.
    pub async fn admission(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The audit entries of the question.
    pub async fn audit(&self) -> Vec<AuditEntry> {
        self.operator.approval_requests.audit(&self.saga).await.unwrap()
    }

    /// Opens the link of a token.
    pub async fn get(&self, token: &str) -> Page {
        self.request("GET", token, None).await
    }

    /// Submits the form with this input of a person.
    pub async fn answer(&self, token: &str, pair: &str, code: &str, answer: &str) -> Page {
        let encode = |text: &str| text.replace(' ', "+");
        let form = format!("pair={}&code={}&answer={answer}", encode(pair), encode(code));
        self.request("POST", token, Some(&form)).await
    }

    /// Says yes with the right input of a person.
    pub async fn approve(&self, person: &str) -> Page {
        self.answer(&self.token(person), PAIR, &code(person), "approve").await
    }

    /// Sends a request to the function's own address.
    pub async fn request(&self, method: &str, token: &str, body: Option<&str>) -> Page {
        let path = format!("/approve/{token}");
        let event = json!({
            "version": "2.0", "rawPath": path, "body": body, "isBase64Encoded": false,
            "requestContext": { "http": { "method": method, "path": path } },
        });
        let whole = self.stack.request("ApprovalFunction", event).await.unwrap();
        let text = whole["body"].as_str().unwrap().to_owned();
        Page { status: whole["statusCode"].as_u64().unwrap(), text, whole }
    }
}
