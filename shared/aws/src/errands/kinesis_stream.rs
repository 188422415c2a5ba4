//! A data stream that the work reads, asked whether it can be read.
//!
//! A stream whose shards are being split or merged is `UPDATING` and is read and written as before, so
//! it is as good as an `ACTIVE` one. It is asked from where this runs, with its credentials; whether the
//! workspace's own network and credentials reach it is for a validation that runs there (R31).
//! [Kinesis: API DescribeStreamSummary, StreamStatus]

use async_trait::async_trait;
use aws_sdk_kinesis::types::StreamStatus;
use engine::codes::STILL_CHANGING;
use engine::ports::{ErrandInfo, Nature};
use failover::errand::{Duty, Reach};
use failover::plan::want;
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, carry, in_region};
use super::{Errand, Task, settings, settled};
use crate::codes;

const KIND: &str = "kinesis_stream";
const IF_MISSING: &str = "create it in this region, or correct the settings";

pub(super) struct KinesisStream;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Its name.
    stream: String,
    /// Where it is.
    region: String,
}

#[async_trait]
impl Errand for KinesisStream {
    fn info(&self) -> ErrandInfo {
        ErrandInfo { name: KIND, duty: Duty::Source, reach: Reach::Outside, class: Class::Idempotent }
    }

    fn want(&self) -> &'static str {
        want::REACHABLE
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("stream", &read.stream)])?;
        settings::regions(KIND, &[("region", Some(&read.region))])
    }

    async fn attempt(&self, task: &Task<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &task.detail.settings)?;
        let about = format!("the stream {} in {}", wanted.stream, wanted.region);
        let call = Call {
            family: "aws.kinesis",
            nature: Nature::Look,
            doing: format!("describing {about}"),
            action: "kinesis:DescribeStreamSummary",
            about: about.clone(),
            if_missing: IF_MISSING,
            secret: false,
        };
        let request = task.clients.kinesis.describe_stream_summary().stream_name(&wanted.stream);
        let asked = carry(&call, task.pass, in_region!(aws_sdk_kinesis, request, Some(&wanted.region))).await;
        let found = match asked {
            Ok(found) => found,
            // What other services call a quota is a rate here [Kinesis: API DescribeStreamSummary].
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
