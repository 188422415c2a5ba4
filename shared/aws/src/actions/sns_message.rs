//! Sends a message to people on a topic of SNS.
//!
//! A sent message cannot be read back, so the step is done when SNS has accepted it. An attempt after a lost answer
//! sends again, because two messages are better than none. A FIFO topic drops the second one by the step's token
//! (S7). [SNS: API Publish]

use async_trait::async_trait;
use engine::codes::UNKNOWN_STEP;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, change, in_region};
use super::env::ActionEnv;
use super::settings::{self, settled};

const KIND: &str = "sns_message";

/// The longest subject, in characters [SNS: API Publish, Subject].
const SUBJECT: usize = 100;

/// The longest text, in bytes [SNS: API Publish, Message], less the room for the sentence at its end.
const TEXT: usize = 262_144 - 64;

pub(super) struct SnsMessage;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// ARN of the topic: `arn:aws:sns:REGION:ACCOUNT:NAME`.
    topic: String,
}

#[async_trait]
impl ActionKind<ActionEnv> for SnsMessage {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Channel, reach: Reach::External, class: Class::Tokened }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        match region(&read.topic) {
            Some(region) => settings::regions(KIND, &[("topic", Some(region))]),
            None => {
                let remedy = "write it like arn:aws:sns:eu-west-1:123456789012:failovers";
                Err(settings::wrong(KIND, "topic", "is no ARN of a topic", remedy))
            }
        }
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let Some(message) = attempt.context.message else {
            return Err(Fault::person_needed(UNKNOWN_STEP, "there is no message to send".to_owned()));
        };
        let about = format!("the topic {}", wanted.topic);
        let call = Call {
            family: "aws.sns",
            nature: Access::Write,
            doing: format!("publishing to {about}"),
            action: "sns:Publish",
            about: about.clone(),
            if_missing: "create it and let people subscribe, or correct the setting topic",
            secret: false,
        };
        let (subject, text) = (subject(&message.subject), text(&message.text));
        let mut request = env.clients.sns.publish().topic_arn(&wanted.topic).message(&text).subject(&subject);
        if wanted.topic.ends_with(".fifo") {
            request = request.message_group_id("switchback").message_deduplication_id(attempt.context.token);
        }
        let sent = || json!({ "TopicArn": wanted.topic, "Subject": subject, "Message": text });
        let send = in_region!(aws_sdk_sns, request, region(&wanted.topic));
        let sent = change(&call, attempt.admission, &sent, send).await?;
        Ok(format!("{about} has accepted message {}", sent.message_id().unwrap_or("without an id")))
    }
}

/// The region in a topic's ARN.
fn region(topic: &str) -> Option<&str> {
    let parts: Vec<&str> = topic.split(':').collect();
    match parts[..] {
        ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws") && !account.is_empty() && !name.is_empty() =>
        {
            Some(region)
        }
        _ => None,
    }
}

/// The subject in a form that SNS accepts: printable ASCII without line breaks and without a space at its beginning
/// [SNS: API Publish, Subject].
fn subject(told: &str) -> String {
    let fit = |c: char| match c {
        ' '..='~' => c,
        _ if c.is_whitespace() || c.is_control() => ' ',
        _ => '?',
    };
    let line: String = told.trim().chars().map(fit).take(SUBJECT).collect();
    if line.trim().is_empty() { "Switchback".to_owned() } else { line.trim().to_owned() }
}

/// The text in a form that SNS accepts: not empty, and not too long.
fn text(told: &str) -> String {
    if told.is_empty() {
        return "(no text)".to_owned();
    }
    if told.len() <= TEXT {
        return told.to_owned();
    }
    let mut end = TEXT;
    while !told.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}\n(The message was too long and is cut here.)", &told[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line_of_a_hundred_ascii_characters() {
        assert_eq!(subject("  Lost: région\r\nX "), "Lost: r?gion  X");
        assert_eq!(subject(&"é".repeat(300)), "?".repeat(100));
        assert_eq!(subject("\n"), "Switchback");
    }

    #[test]
    fn a_text_that_is_too_long_says_that_it_is_cut() {
        let cut = text(&"é".repeat(200_000));
        assert!(cut.len() <= 262_144 && cut.ends_with("cut here.)"));
        assert_eq!(text("short"), "short");
        assert_eq!(text(""), "(no text)");
    }
}
