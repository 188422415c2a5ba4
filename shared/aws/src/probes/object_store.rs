//! Writes a small object to a bucket of the side and reads it back.
//!
//! The settings are `bucket`, optionally its `region`, and optionally a `prefix`, by default `switchback-probe/`.
//! The key is the prefix and the probe's name. So one object is overwritten each time. If the bucket is versioned,
//! a rule of its life cycle should let old versions expire. Several processes may write the same object at a time.
//! The object that is read must be at least as new as the one that was written [S3: strong consistency].

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Access, Depth, ProbeKind, ProbeRun, ProbeTraits, Probed, kind_settings};
use failover::signal::{Origin, Reading};
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::env::ProbeEnv;
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

fn read(settings: &Value) -> Result<Settings, String> {
    kind_settings::read(&format!("probe {KIND}"), settings)
}

pub(super) struct ObjectStore;

#[async_trait]
impl ProbeKind<ProbeEnv> for ObjectStore {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits { kind: KIND, origin: Origin::Probe, depth: Depth::Deep, works: true, unit: "ms" }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = read(settings)?;
        settings::filled(KIND, &[("bucket", &read.bucket), ("prefix", &read.prefix)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let begun = env.clock.now();
        let unreadable = |said| Fault::person_needed(ACTION_SETTINGS, said);
        let Settings { bucket, region, prefix } = read(&run.declared.settings).map_err(unreadable)?;
        let (region, key) = (region.as_deref(), format!("{prefix}{}", run.declared.name));
        let call = |nature, doing: &str, action| Call {
            family: "aws.s3",
            nature,
            doing: format!("{doing} {key} in the bucket {bucket}"),
            action,
            about: format!("the bucket {bucket}"),
            if_missing: "correct the setting bucket",
            secret: false,
        };
        let written = run.now.as_millisecond();
        let body = ByteStream::from(written.to_string().into_bytes());
        let request = env.clients.s3.put_object().bucket(&bucket).key(&key).body(body);
        let writing = call(Access::Write, "writing", "s3:PutObject");
        carry(&writing, run.admission, in_region!(aws_sdk_s3, request, region)).await?;
        let request = env.clients.s3.get_object().bucket(&bucket).key(&key);
        let reading = call(Access::Read, "reading", "s3:GetObject");
        let found = carry(&reading, run.admission, in_region!(aws_sdk_s3, request, region)).await?;
        let broke = |_| Fault::again(codes::AWS_NO_ANSWER, format!("reading {key} in the bucket {bucket} broke off"));
        let bytes = found.body.collect().await.map_err(broke)?.into_bytes();
        let read = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<i64>().ok());
        let took = env.clock.now().duration_since(begun).as_millis().max(0) as f64;
        Ok(match read {
            Some(read) if read >= written => Probed {
                reading: Reading::Healthy,
                measured: Some(took),
                text: format!("{key} was written and read in {bucket}"),
            },
            Some(_) | None => Probed {
                reading: Reading::Degraded,
                measured: None,
                text: format!("{key} in {bucket} does not read as it was written"),
            },
        })
    }
}
