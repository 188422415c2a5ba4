//! Takes answers that come as messages of the topic for approvals, e.g. from the bot of a chat.
//!
//! A message is `{"token": "v1.…", "pair": "payments", "code": "7K3M-…", "approve": true}`. Nobody gets a reply: a
//! refusal is logged, without any part of the message.

use engine::Deps;
use engine::approvals::LinkError;
use engine::approvals::by_link::{Form, ReplyError, reply};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::not_handled::HandleError;

/// One SNS record.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Sns")]
    sns: Notification,
}

/// One SNS notification.
#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Message")]
    message: String,
}

/// An answer in a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    token: String,
    pair: String,
    code: String,
    approve: bool,
}

/// Takes the answers in messages and returns how many counted.
pub(crate) async fn take(deps: &Deps, records: &Value) -> Result<Value, HandleError> {
    let records: Vec<Record> = Vec::deserialize(records).map_err(|_| HandleError::Other)?;
    let mut taken = 0;
    for record in &records {
        match one(deps, &record.sns.message).await {
            Ok(()) => taken += 1,
            Err(ReplyError::Closed(LinkError::Store(error))) => return Err(error.into()),
            Err(refused) => tracing::warn!(code = "ANSWER-REFUSED", "{refused}"),
        }
    }
    Ok(json!({ "taken": taken }))
}

async fn one(deps: &Deps, message: &str) -> Result<(), ReplyError> {
    let message: Message = serde_json::from_str(message).map_err(|_| LinkError::NotOurs)?;
    let token = SecretString::from(message.token);
    let form = Form { pair: message.pair, code: SecretString::from(message.code), approve: message.approve };
    reply(deps, token.expose_secret(), &form).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_from_the_message_of_a_record() {
        let event: Value = serde_json::from_str(include_str!("../../../events/approval/message.json")).unwrap();
        let records: Vec<Record> = Vec::deserialize(&event["Records"]).unwrap();
        let message: Message = serde_json::from_str(&records[0].sns.message).unwrap();
        assert!(message.approve && message.token.starts_with("v1.") && message.pair == "payments");
    }
}
