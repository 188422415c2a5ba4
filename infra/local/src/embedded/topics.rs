//! Answers requests to SNS: only `Publish`, in the query protocol [SNS: API Publish].

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;

use super::answer::{Answer, error_body, plain};
use super::wire::Call;

/// Where published messages go.
#[async_trait]
pub trait Topics: Send + Sync {
    /// Takes a message. `false` if there is no such topic.
    async fn publish(&self, published: &Published) -> bool;
}

/// A published message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The topic's ARN.
    pub topic: String,
    /// Subject in one line; empty if none was given.
    pub subject: String,
    /// Text of the message.
    pub message: String,
    /// Attributes that subscriptions filter by: name and string value.
    pub attributes: BTreeMap<String, String>,
}

pub(super) fn call_of(request: &http::Request<Bytes>) -> Call {
    Call { service: "sns", operation: field(request, "Action"), subject: field(request, "TopicArn") }
}

/// Answers a request to a topic. `None` if there is no such topic.
pub(super) async fn answer(topics: Option<&dyn Topics>, request: &http::Request<Bytes>) -> Option<Answer> {
    if field(request, "Action") != "Publish" {
        return Some(plain(400, error_body("InvalidAction", "only Publish is embedded").into()));
    }
    let there = match topics {
        Some(topics) => topics.publish(&published(request)).await,
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

/// The answer to a request for a topic that does not exist.
pub(super) fn missing() -> Answer {
    plain(404, error_body("NotFound", "Topic does not exist").into())
}

fn published(request: &http::Request<Bytes>) -> Published {
    // The fields are `MessageAttributes.entry.1.Name`, `MessageAttributes.entry.1.Value.StringValue`, and so on.
    let attribute = |number: usize| {
        let name = field(request, &format!("MessageAttributes.entry.{number}.Name"));
        let value = field(request, &format!("MessageAttributes.entry.{number}.Value.StringValue"));
        (!name.is_empty()).then_some((name, value))
    };
    Published {
        topic: field(request, "TopicArn"),
        subject: field(request, "Subject"),
        message: field(request, "Message"),
        attributes: (1..).map_while(attribute).collect(),
    }
}

fn field(request: &http::Request<Bytes>, name: &str) -> String {
    form_urlencoded::parse(request.body())
        .find(|(key, _)| key == name)
        .map_or_else(String::new, |(_, value)| value.into_owned())
}
