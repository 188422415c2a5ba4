//! Checks whether a data stream that the work reads can be read.
//!
//! A stream whose shards are split or merged is `UPDATING`. It is read and written as before, so it counts like an
//! `ACTIVE` one. The check runs in this process, with its credentials. It does not show whether the workspace's own
//! network and credentials reach the stream. A validation that runs in the workspace shows that (R31).
//! [Kinesis: API DescribeStreamSummary, StreamStatus]

use async_trait::async_trait;
use aws_sdk_kinesis::types::StreamStatus;
use engine::codes::STILL_CHANGING;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, carry, in_region};
use super::env::ActionEnv;
use super::settings::{self, settled};
use crate::codes;

const KIND: &str = "kinesis_stream";
const IF_MISSING: &str = "create it in this region, or correct the settings";

pub(super) struct KinesisStream;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Name of the stream.
    stream: String,
    /// Region of the stream, e.g. `eu-west-1`.
    region: String,
}

#[async_trait]
impl ActionKind<ActionEnv> for KinesisStream {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Source, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("stream", &read.stream)])?;
        settings::regions(KIND, &[("region", Some(&read.region))])
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let about = format!("the stream {} in {}", wanted.stream, wanted.region);
        let call = Call {
            family: "aws.kinesis",
            nature: Access::Read,
            doing: format!("describing {about}"),
            action: "kinesis:DescribeStreamSummary",
            about: about.clone(),
            if_missing: IF_MISSING,
            secret: false,
        };
        let request = env.clients.kinesis.describe_stream_summary().stream_name(&wanted.stream);
        let asked = carry(&call, attempt.admission, in_region!(aws_sdk_kinesis, request, Some(&wanted.region))).await;
        let found = match asked {
            Ok(found) => found,
            // Other services use this code for a quota. Here it is a rate [Kinesis: API DescribeStreamSummary].
            Err(failure) if failure.code == "LimitExceededException" => {
                return Err(Fault::again(codes::AWS_THROTTLED, format!("{}: too many requests", call.doing)));
            }
            Err(failure) => return Err(failure.into()),
        };
        match found.stream_description_summary().map(|summary| summary.stream_status()) {
            Some(StreamStatus::Active | StreamStatus::Updating) => Ok(format!("{about} is active")),
            Some(StreamStatus::Deleting) => {
                let said = format!("{about} is being removed: {IF_MISSING}");
                Err(Fault::person_needed(codes::AWS_NOT_FOUND, said))
            }
            Some(other) => Err(Fault::again(STILL_CHANGING, format!("{about} is {other}"))),
            None => Err(Fault::again(STILL_CHANGING, format!("{about} told no status"))),
        }
    }
}
