//! A bucket that the work reads, asked whether it answers.
//!
//! Reachable means that a listing of its prefix answers with these credentials. An empty prefix is
//! reachable too: whether data must lie there is the dataset's question (R23), so it is only told.
//! It is asked from where this runs, with its credentials; whether the workspace's own network and
//! credentials reach it is for a validation that runs there (R31). [S3: API ListObjectsV2]

use async_trait::async_trait;
use engine::ports::{ErrandInfo, Nature};
use failover::errand::{Duty, Reach};
use failover::plan::want;
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, carry, in_region};
use super::{Errand, Task, in_words, settings, settled};

const KIND: &str = "s3_prefix";

pub(super) struct S3Prefix;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    bucket: String,
    /// Where it is; by default where this runs.
    region: Option<String>,
    /// The beginning of the keys that matter; by default all.
    #[serde(default)]
    prefix: String,
}

#[async_trait]
impl Errand for S3Prefix {
    fn info(&self) -> ErrandInfo {
        ErrandInfo { name: KIND, duty: Duty::Source, reach: Reach::Outside, class: Class::Idempotent }
    }

    fn want(&self) -> &'static str {
        want::REACHABLE
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("bucket", &read.bucket)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn attempt(&self, task: &Task<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &task.detail.settings)?;
        let about = format!("the bucket {}{}", wanted.bucket, in_words(wanted.region.as_deref()));
        let call = Call {
            family: "aws.s3",
            nature: Nature::Look,
            doing: format!("listing {about}"),
            action: "s3:ListBucket",
            about: about.clone(),
            if_missing: "correct the setting bucket, or replicate the data to a bucket of this name",
            secret: false,
        };
        let request = task.clients.s3.list_objects_v2().bucket(&wanted.bucket).prefix(&wanted.prefix).max_keys(1);
        let found = carry(&call, task.pass, in_region!(aws_sdk_s3, request, wanted.region.as_deref())).await?;
        let under = if wanted.prefix.is_empty() { String::new() } else { format!(" under {}", wanted.prefix) };
        let what = if found.contents().is_empty() { "answers and holds nothing" } else { "answers and holds objects" };
        Ok(format!("{about} {what}{under}"))
    }
}
