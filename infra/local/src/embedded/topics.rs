//! SNS: only `Publish`, in the query protocol [SNS: API Publish].

use async_trait::async_trait;
use bytes::Bytes;

use super::exchange::{Answer, plain};
use super::wire::Call;

/// Where published messages go.
#[async_trait]
pub trait Topics: Send + Sync {
    /// Takes a message; `false` if there is no such topic.
    async fn publish(&self, topic_arn: &str, message: &str) -> bool;
}

pub(super) fn call_of(request: &http::Request<Bytes>) -> Call {
    Call { service: "sns", operation: field(request, "Action"), subject: field(request, "TopicArn") }
}

/// `None` if there is no such topic.
pub(super) async fn answer(topics: Option<&dyn Topics>, request: &http::Request<Bytes>) -> Option<Answer> {
    if field(request, "Action") != "Publish" {
        return Some(plain(400, error_body("InvalidAction", "only Publish is embedded").into()));
    }
    let there = match topics {
        Some(topics) => topics.publish(&field(request, "TopicArn"), &field(request, "Message")).await,
        None => false,
    };
    if !there {
        return None;
    }
    let body = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
                <MessageId>00000000-0000-0000-0000-000000000000</MessageId></PublishResult>\
                <ResponseMetadata><RequestId>embedded</RequestId></ResponseMetadata></PublishResponse>";
    Some(plain(200, body.into()))
}

/// What is answered for a topic that nobody has.
pub(super) fn missing() -> Answer {
    plain(404, error_body("NotFound", "Topic does not exist").into())
}

pub(super) fn error_body(code: &str, text: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{text}</Message></Error><RequestId>embedded</RequestId></ErrorResponse>"
    )
}

fn field(request: &http::Request<Bytes>, name: &str) -> String {
    form_urlencoded::parse(request.body())
        .find(|(key, _)| key == name)
        .map_or_else(String::new, |(_, value)| value.into_owned())
}
