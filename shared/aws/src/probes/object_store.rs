//! Writes a small object to a bucket of the side and reads it back.
//!
//! The settings are `bucket`, optionally its `region`, and optionally a `prefix`, by default `switchback-probe/`.
//! The key is the prefix and the probe's name. So one object is overwritten each time. If the bucket is versioned,
//! a rule of its life cycle should let old versions expire. Several processes may write the same object at a time.
//! The object that is read must be at least as new as the one that was written [S3: strong consistency].

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use engine::ports::Access;
use failover::signal::Reading;
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::probe_kind::{ProbeKind, Sight};
use crate::actions::call::{Call, carry, in_region};
use crate::actions::settings;
use crate::codes;

const KIND: &str = "object_store";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    bucket: String,
    region: Option<String>,
    #[serde(default = "own_prefix")]
    prefix: String,
}

fn own_prefix() -> String {
    "switchback-probe/".to_owned()
}

pub(super) struct ObjectStore;

#[async_trait]
impl ProbeKind for ObjectStore {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("bucket", &read.bucket), ("prefix", &read.prefix)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn look(&self, sight: &Sight<'_>) -> Result<(Reading, String), Fault> {
        let unreadable = |said| Fault::person_needed(codes::ACTION_SETTINGS, said);
        let Settings { bucket, region, prefix } = settings::read(KIND, sight.settings).map_err(unreadable)?;
        let (region, key) = (region.as_deref(), format!("{prefix}{}", sight.name));
        let call = |nature, doing: &str, action| Call {
            family: "aws.s3",
            nature,
            doing: format!("{doing} {key} in the bucket {bucket}"),
            action,
            about: format!("the bucket {bucket}"),
            if_missing: "correct the setting bucket",
            secret: false,
        };
        let written = sight.now.as_millisecond();
        let body = ByteStream::from(written.to_string().into_bytes());
        let request = sight.clients.s3.put_object().bucket(&bucket).key(&key).body(body);
        let writing = call(Access::Write, "writing", "s3:PutObject");
        carry(&writing, sight.admission, in_region!(aws_sdk_s3, request, region)).await?;
        let request = sight.clients.s3.get_object().bucket(&bucket).key(&key);
        let reading = call(Access::Read, "reading", "s3:GetObject");
        let found = carry(&reading, sight.admission, in_region!(aws_sdk_s3, request, region)).await?;
        let broke = |_| Fault::again(codes::AWS_NO_ANSWER, format!("reading {key} in the bucket {bucket} broke off"));
        let bytes = found.body.collect().await.map_err(broke)?.into_bytes();
        let read = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<i64>().ok());
        Ok(match read {
            Some(read) if read >= written => (Reading::Healthy, format!("{key} was written and read in {bucket}")),
            Some(_) | None => (Reading::Degraded, format!("{key} in {bucket} does not read as it was written")),
        })
    }
}
