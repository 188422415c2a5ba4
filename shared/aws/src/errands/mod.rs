//! Lists the actions in AWS. Each kind has one file and one line in [`ERRANDS`].
//!
//! Law: an attempt reads first, makes at most one change, and reads again (S5). It creates nothing (S20), so a
//! person must create what is missing. No note and no fault contains the value of a secret (S23).
//! Must not know: when an action is due, or what comes after it.
//!
//! Each request makes one attempt, within the time of its permit. The runner tries again.

#![cfg_attr(not(feature = "cloud"), allow(dead_code, reason = "some kinds are left out, and what only they use"))]

pub(crate) mod call;
mod errand;
mod heartbeat;
#[cfg(feature = "cloud")]
mod json_member;
#[cfg(feature = "cloud")]
mod kinesis_stream;
#[cfg(feature = "cloud")]
mod multi_region_access_point;
#[cfg(feature = "cloud")]
mod record_set;
#[cfg(feature = "cloud")]
mod route53_record;
mod s3_prefix;
#[cfg(feature = "cloud")]
mod secret_value;
pub(crate) mod settings;
mod sns_message;
#[cfg(feature = "cloud")]
mod ssm_parameter;
mod under_way;

use std::fmt;
use std::sync::LazyLock;

use async_trait::async_trait;
use engine::codes::UNKNOWN_STEP;
use engine::ports::{Briefing, ErrandInfo, Errands, Pass};
use failover::errand::Detail;
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use self::errand::{Errand, Task};
use self::under_way::UnderWay;
pub use crate::clients::CLOUD_BUILD;
use crate::clients::{Clients, ErrandClients};
use crate::codes;

/// Every kind of action in AWS.
const ERRANDS: &[&dyn Errand] = &[
    &heartbeat::Heartbeat,
    #[cfg(feature = "cloud")]
    &kinesis_stream::KinesisStream,
    #[cfg(feature = "cloud")]
    &multi_region_access_point::MultiRegionAccessPoint,
    #[cfg(feature = "cloud")]
    &route53_record::Route53Record,
    &s3_prefix::S3Prefix,
    #[cfg(feature = "cloud")]
    &secret_value::SecretValue,
    &sns_message::SnsMessage,
    #[cfg(feature = "cloud")]
    &ssm_parameter::SsmParameter,
];

/// The kinds that a build without the feature `cloud` leaves out.
const OPTIONAL: &[&str] =
    &["kinesis_stream", "multi_region_access_point", "route53_record", "secret_value", "ssm_parameter"];

static INFOS: LazyLock<Vec<ErrandInfo>> = LazyLock::new(|| ERRANDS.iter().map(|errand| errand.info()).collect());

/// Carries out actions in AWS.
pub struct AwsErrands {
    clients: ErrandClients,
    under_way: UnderWay,
}

impl AwsErrands {
    /// Carries actions out with these clients.
    pub fn new(clients: &Clients) -> Self {
        Self { clients: clients.errands.clone(), under_way: UnderWay::default() }
    }
}

impl fmt::Debug for AwsErrands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsErrands").finish_non_exhaustive()
    }
}

#[async_trait]
impl Errands for AwsErrands {
    fn errands(&self) -> &'static [ErrandInfo] {
        &INFOS
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        find(kind)?.check(settings)
    }

    async fn attempt(&self, step: &Step, briefing: &Briefing<'_>, pass: &dyn Pass) -> Result<String, Fault> {
        let errand = known(&step.kind)?;
        if step.want != errand.want() {
            let message = format!("{} cannot bring about {}, only {}", step.kind, step.want, errand.want());
            return Err(Fault::person_needed(UNKNOWN_STEP, message));
        }
        let detail: Detail = serde_json::from_value(step.detail.clone()).map_err(|e| {
            Fault::person_needed(UNKNOWN_STEP, format!("the detail of {} is unreadable: {e}", step.name))
        })?;
        errand.check(&detail.settings).map_err(|told| Fault::person_needed(codes::ERRAND_SETTINGS, told))?;
        let task = Task { clients: &self.clients, detail: &detail, briefing, pass, under_way: &self.under_way };
        errand.attempt(&task).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, pass: &dyn Pass) -> Result<Timestamp, Fault> {
        let errand = known(kind)?;
        errand.check(settings).map_err(|told| Fault::person_needed(codes::ERRAND_SETTINGS, told))?;
        errand.synced_at(&self.clients, settings, pass).await
    }
}

/// The facts about every kind, in the order of the list.
pub fn infos() -> &'static [ErrandInfo] {
    &INFOS
}

/// Checks the settings of a kind and says what is wrong with them. `None` if the kind is none of these.
pub fn check(kind: &str, settings: &Value) -> Option<Result<(), String>> {
    ERRANDS.iter().find(|errand| errand.info().name == kind).map(|errand| errand.check(settings))
}

fn find(kind: &str) -> Result<&'static dyn Errand, String> {
    let found = ERRANDS.iter().find(|errand| errand.info().name == kind);
    found.copied().ok_or_else(|| {
        if let Some(left_out) = left_out(kind) {
            return left_out;
        }
        let names: Vec<&str> = INFOS.iter().map(|info| info.name).collect();
        format!("there is no errand {kind} in AWS: write one of {}", names.join(", "))
    })
}

/// Says that this build does not have a kind which others have, and names the remedy.
pub fn left_out(kind: &str) -> Option<String> {
    let has = ERRANDS.iter().any(|errand| errand.info().name == kind);
    (OPTIONAL.contains(&kind) && !has).then(|| format!("{kind} is not in this build of the program: {CLOUD_BUILD}"))
}

fn known(kind: &str) -> Result<&'static dyn Errand, Fault> {
    find(kind).map_err(|told| Fault::person_needed(UNKNOWN_STEP, told))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_the_want_of_its_duty() {
        use failover::errand::Duty;
        use failover::plan::want;
        let names: BTreeSet<&str> = INFOS.iter().map(|info| info.name).collect();
        assert_eq!(names.len(), ERRANDS.len());
        for errand in ERRANDS {
            let wanted = match errand.info().duty {
                Duty::Dataset => want::SYNCED,
                Duty::Source => want::REACHABLE,
                Duty::Route => want::ROUTED,
                Duty::Channel => want::TOLD,
                Duty::Endpoint => want::SWITCHED,
                Duty::Fence | Duty::Recovery | Duty::Validation => "of no errand in AWS",
            };
            assert_eq!(errand.want(), wanted, "{}", errand.info().name);
        }
    }

    #[test]
    fn this_build_has_what_its_feature_says() {
        for kind in OPTIONAL {
            let has = INFOS.iter().any(|info| info.name == *kind);
            assert_eq!(has, cfg!(feature = "cloud"), "{kind}");
            assert_eq!(find(kind).is_ok(), has, "{kind}");
            assert_eq!(left_out(kind).is_none(), has, "{kind}");
        }
    }

    #[test]
    fn an_unknown_kind_is_told_which_there_are() {
        let told = find("ssm_paramter").err().unwrap_or_default();
        assert!(told.contains("ssm_paramter") && told.contains("ssm_parameter"), "{told}");
    }
}
