//! Reads a dataset's heartbeat: an object that the writer on the leaving side puts, with the time as its text.
//!
//! Replication brings the object to the standby's bucket, beside the data. Its time is a lower bound for the data
//! that has arrived. It needs no metric of the region that may be lost, so it survives that region. The text is one
//! moment in RFC 3339, e.g. `2026-03-01T12:00:00Z`. Whitespace around it is ignored.
//!
//! # When a dataset is synced
//!
//! A failover loses the data that was written between the heartbeat's time and the making of the plan. The plan
//! showed a heartbeat and a loss to the person who approved it. The approval accepts that loss (R23, S11). So a
//! later attempt is done in two cases: the loss is within the objective, or it is not worse than the one shown. If
//! the plan showed that the loss is unknown, the approval accepts that, too.
//!
//! Nobody has accepted anything worse, e.g. a heartbeat that went back in time. This is a fault for a person. A
//! heartbeat that cannot be read is tried again and never counts as recent (S17). This is so even if the plan
//! showed that the loss is unknown: then a person waives the step.
//!
//! Unverified: if a store's replication does not keep the order of writes, the heartbeat may arrive before older
//! data. The writer must put the heartbeat after the data that it stands for has arrived.

use async_trait::async_trait;
use engine::ports::{Access, ActionInfo, ActionKind, Admission, Attempt};
use failover::action::{Purpose, Reach, ShownLoss};
use jiff::{SignedDuration, Timestamp};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::Value;

use super::call::{Call, carry, in_region, in_words};
use super::env::ActionEnv;
use super::settings::{self, settled};
use crate::clients::ActionClients;
use crate::codes;

const KIND: &str = "heartbeat";

/// The largest object that is read as a moment, in bytes.
const LONGEST: i64 = 256;

/// How far a writer's clock may be ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

pub(super) struct Heartbeat;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The bucket on the side that is read, e.g. the standby's.
    bucket: String,
    /// The object's key.
    key: String,
    /// The bucket's region. By default it is the region where this runs.
    region: Option<String>,
    /// The loss that the team accepts, in seconds.
    objective_seconds: u32,
}

#[async_trait]
impl ActionKind<ActionEnv> for Heartbeat {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Dataset, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("bucket", &read.bucket), ("key", &read.key)])?;
        settings::regions(KIND, &[("region", read.region.as_deref())])
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let about = about(&wanted);
        let at = read(&env.clients, &wanted, attempt.admission).await?;
        if at.duration_since(attempt.context.now) > SKEW {
            let said = format!("{about} says {at}, which is yet to come: see to the writer's clock");
            return Err(Fault::again(codes::HEARTBEAT_UNREADABLE, said));
        }
        judge(at, attempt.context.since, i64::from(wanted.objective_seconds), attempt.detail.shown.as_ref())
            .map(|told| format!("{about} says {at}: {told}"))
            .map_err(|told| Fault::person_needed(codes::LOSS_IS_WORSE, format!("{about} says {at}: {told}")))
    }

    async fn synced_at(
        &self,
        env: &ActionEnv,
        settings: &Value,
        admission: &dyn Admission,
    ) -> Result<Timestamp, Fault> {
        read(&env.clients, &settled(KIND, settings)?, admission).await
    }
}

/// Judges whether the loss is accepted. Both results are in words.
fn judge(at: Timestamp, since: Timestamp, objective_s: i64, shown: Option<&ShownLoss>) -> Result<String, String> {
    let loss_s = since.duration_since(at).as_secs().max(0);
    let shown_at = shown.and_then(|shown| shown.synced_at);
    if let Some(shown_at) = shown_at.filter(|shown_at| at < *shown_at) {
        return Err(format!(
            "it said {shown_at} when the plan was approved: see why it went back, and make another plan"
        ));
    }
    if loss_s <= objective_s {
        return Ok(format!("{loss_s} s would be lost, within the objective of {objective_s} s"));
    }
    match shown {
        // The approval accepted what was shown, also an unknown loss. This heartbeat is no older.
        Some(ShownLoss { loss_s: Some(shown_s), .. }) => {
            Ok(format!("no older than when a loss of {shown_s} s was accepted"))
        }
        Some(ShownLoss { loss_s: None, .. }) => Ok("that its loss cannot be told was accepted".to_owned()),
        None => Err(format!(
            "{loss_s} s would be lost, the objective is {objective_s} s, and who approved was shown no loss: wait for \
             the data, or abort and approve a plan that shows this loss"
        )),
    }
}

async fn read(clients: &ActionClients, wanted: &Settings, admission: &dyn Admission) -> Result<Timestamp, Fault> {
    let about = about(wanted);
    let unreadable = |why: &str| Fault::again(codes::HEARTBEAT_UNREADABLE, format!("{about} {why}"));
    let call = Call {
        family: "aws.s3",
        nature: Access::Read,
        doing: format!("reading {about}"),
        // Without s3:ListBucket, S3 answers 403 also for an object that is not there [S3: API GetObject].
        action: "s3:GetObject and s3:ListBucket",
        about: format!("the bucket {}{}", wanted.bucket, in_words(wanted.region.as_deref())),
        if_missing: "correct the setting bucket, or replicate the heartbeat to a bucket of this name",
        secret: false,
    };
    let request = clients.s3.get_object().bucket(&wanted.bucket).key(&wanted.key);
    let found = match carry(&call, admission, in_region!(aws_sdk_s3, request, wanted.region.as_deref())).await {
        Ok(found) => found,
        Err(failure) if failure.code == "NoSuchKey" => return Err(unreadable("has not arrived yet")),
        Err(failure) => return Err(failure.into()),
    };
    if found.content_length().is_some_and(|length| length > LONGEST) {
        return Err(unreadable("is too long for a moment: put one in RFC 3339"));
    }
    let bytes = found.body.collect().await.map_err(|_| unreadable("broke off while it was read"))?.to_vec();
    let text = String::from_utf8(bytes).unwrap_or_default();
    text.trim().parse().map_err(|_| unreadable("holds no moment: put one in RFC 3339, like 2026-03-01T12:00:00Z"))
}

fn about(wanted: &Settings) -> String {
    format!("the heartbeat {} in {}", wanted.key, wanted.bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SINCE: i64 = 1_772_366_400;

    /// Judges a heartbeat that is `before_s` seconds older than the plan, with an objective of 60 s.
    fn judged(before_s: i64, shown: Option<(Option<i64>, Option<i64>)>) -> Result<String, String> {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let shown = shown.map(|(before_s, loss_s)| ShownLoss {
            synced_at: before_s.map(|before_s| at(SINCE - before_s)),
            loss_s,
            objective_s: 60,
        });
        judge(at(SINCE - before_s), at(SINCE), 60, shown.as_ref())
    }

    #[test]
    fn a_loss_within_the_objective_needs_nobody() {
        assert!(judged(60, None).is_ok());
        assert!(judged(-5, Some((Some(10), Some(10)))).is_ok());
        assert!(judged(61, None).is_err());
    }

    #[test]
    fn a_loss_that_was_shown_is_accepted_and_one_that_nobody_saw_is_not() {
        assert!(judged(500, Some((Some(500), Some(500)))).unwrap().contains("was accepted"));
        assert!(judged(400, Some((Some(500), Some(500)))).is_ok());
        // The loss counts until the time when the side was lost. A person may answer much later.
        assert!(judged(900, Some((Some(900), Some(500)))).is_ok());
        assert!(judged(501, Some((None, None))).unwrap().contains("cannot be told was accepted"));
        assert!(judged(501, None).unwrap_err().contains("was shown no loss"));
    }

    #[test]
    fn a_heartbeat_that_went_back_is_never_done() {
        assert!(judged(31, Some((Some(30), Some(500)))).unwrap_err().contains("went back"));
    }
}
