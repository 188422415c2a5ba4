//! Lists the actions in AWS. Each kind has one file and one line in [`ACTIONS`].
//!
//! Law: an attempt reads first, makes at most one change, and reads again (S5). It creates nothing (S20), so a
//! person must create what is missing. No note and no fault contains the value of a secret (S23).
//! Must not know: when an action is due, or what comes after it.
//!
//! Each request makes one attempt, within the time of its permit. The runner tries again.

#![cfg_attr(not(feature = "cloud"), allow(dead_code, reason = "some kinds are left out, and what only they use"))]

pub(crate) mod call;
mod env;
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

use async_trait::async_trait;
use engine::ports::{ActionContext, ActionInfo, ActionList, ActionRegistry, Actions, Admission};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

pub use self::env::ActionEnv;
use self::under_way::UnderWay;
pub use crate::clients::CLOUD_BUILD;
use crate::clients::Clients;

/// Every kind of action in AWS.
pub static ACTIONS: ActionRegistry<ActionEnv> = ActionRegistry::new(&[
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
])
.with_optional(OPTIONAL, CLOUD_BUILD);

/// The kinds that a build without the feature `cloud` leaves out.
const OPTIONAL: &[&str] =
    &["kinesis_stream", "multi_region_access_point", "route53_record", "secret_value", "ssm_parameter"];

/// Carries out actions in AWS.
pub struct AwsActions {
    env: ActionEnv,
}

impl AwsActions {
    /// Carries actions out with these clients.
    pub fn new(clients: &Clients) -> Self {
        Self { env: ActionEnv { clients: clients.actions.clone(), under_way: UnderWay::default() } }
    }
}

impl fmt::Debug for AwsActions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsActions").finish_non_exhaustive()
    }
}

#[async_trait]
impl Actions for AwsActions {
    fn actions(&self) -> &'static [ActionInfo] {
        ACTIONS.infos()
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        ACTIONS.check(kind, settings)
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        ACTIONS.attempt(&self.env, step, context, admission).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, admission: &dyn Admission) -> Result<Timestamp, Fault> {
        ACTIONS.synced_at(&self.env, kind, settings, admission).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use failover::action::Purpose;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_a_purpose_that_aws_serves() {
        let names: BTreeSet<&str> = ACTIONS.infos().iter().map(|info| info.name).collect();
        assert_eq!(names.len(), ACTIONS.infos().len());
        for info in ACTIONS.infos() {
            let serves = match info.purpose {
                Purpose::Dataset | Purpose::Source | Purpose::Route | Purpose::Channel | Purpose::Endpoint => true,
                Purpose::Fence | Purpose::Recovery | Purpose::Validation => false,
            };
            assert!(serves, "{}", info.name);
        }
    }

    #[test]
    fn this_build_has_what_its_feature_says() {
        for kind in OPTIONAL {
            let has = ACTIONS.infos().iter().any(|info| info.name == *kind);
            assert_eq!(has, cfg!(feature = "cloud"), "{kind}");
            assert_eq!(ACTIONS.knows(kind), has, "{kind}");
            let left_out = ACTIONS.left_out(kind);
            assert_eq!(left_out.is_none(), has, "{kind}");
            assert!(left_out.is_none_or(|message| message.ends_with(CLOUD_BUILD)), "{kind}");
        }
    }

    #[test]
    fn the_message_about_an_unknown_kind_names_those_that_there_are() {
        let message = ACTIONS.check("sns_mesage", &Value::Null).err().unwrap_or_default();
        assert!(message.contains("sns_mesage") && message.contains("sns_message"), "{message}");
        let known = ACTIONS.infos().iter().map(|info| info.name).collect::<Vec<_>>().join(", ");
        assert!(message.ends_with(&format!("use one of {known}")), "{message}");
    }
}
