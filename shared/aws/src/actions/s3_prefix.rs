//! Checks whether a bucket that the work reads answers.
//!
//! Reachable means that a listing of the prefix answers with these credentials. An empty prefix is reachable, too,
//! and the note says that it is empty. The dataset decides whether data must be there (R23). The check runs in this
//! process, with its credentials. It does not show whether the workspace's own network and credentials reach the
//! bucket. A validation that runs in the workspace shows that (R31). [S3: API ListObjectsV2]

use async_trait::async_trait;
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, carry, in_region, in_words};
use super::env::ActionEnv;
use super::settings::{self, settled};

const KIND: &str = "s3_prefix";

pub(super) struct S3Prefix;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    bucket: String,
    /// Region of the bucket. By default it is the region where this runs.
    region: Option<String>,
    /// Prefix of the keys that matter. By default all keys do.
    #[serde(default)]
    prefix: String,
}

#[async_trait]
impl ActionKind<ActionEnv> for S3Prefix {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Source, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("bucket", &read.bucket)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let about = format!("the bucket {}{}", wanted.bucket, in_words(wanted.region.as_deref()));
        let call = Call {
            family: "aws.s3",
            nature: Access::Read,
            doing: format!("listing {about}"),
            action: "s3:ListBucket",
            about: about.clone(),
            if_missing: "correct the setting bucket, or replicate the data to a bucket of this name",
            secret: false,
        };
        let request = env.clients.s3.list_objects_v2().bucket(&wanted.bucket).prefix(&wanted.prefix).max_keys(1);
        let found = carry(&call, attempt.admission, in_region!(aws_sdk_s3, request, wanted.region.as_deref())).await?;
        let under = if wanted.prefix.is_empty() { String::new() } else { format!(" under {}", wanted.prefix) };
        let what = if found.contents().is_empty() { "answers and holds nothing" } else { "answers and holds objects" };
        Ok(format!("{about} {what}{under}"))
    }
}
