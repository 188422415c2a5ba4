//! Lists the actions in AWS. Each kind has one file and one line in [`ACTIONS`].
//!
//! Law: an attempt reads first, makes at most one change, and reads again (S5). It creates nothing (S20), so a
//! person must create what is missing. No note and no fault contains the value of a secret (S23).
//! Must not know: when an action is due, or what comes after it.
//!
//! Each request makes one attempt, within the time of its permit. The runner tries again.

#![cfg_attr(not(feature = "cloud"), allow(dead_code, reason = "some kinds are left out, and what only they use"))]

mod action;
pub(crate) mod call;
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
use engine::ports::{ActionContext, ActionInfo, Actions, Admission};
use failover::action::Detail;
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use self::action::{Action, Task};
use self::under_way::UnderWay;
pub use crate::clients::CLOUD_BUILD;
use crate::clients::{ActionClients, Clients};
use crate::codes;

/// Every kind of action in AWS.
const ACTIONS: &[&dyn Action] = &[
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

static INFOS: LazyLock<Vec<ActionInfo>> = LazyLock::new(|| ACTIONS.iter().map(|action| action.info()).collect());

/// Carries out actions in AWS.
pub struct AwsActions {
    clients: ActionClients,
    under_way: UnderWay,
}

impl AwsActions {
    /// Carries actions out with these clients.
    pub fn new(clients: &Clients) -> Self {
        Self { clients: clients.actions.clone(), under_way: UnderWay::default() }
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
        &INFOS
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        find(kind)?.check(settings)
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        let action = known(&step.kind)?;
        if step.want != action.want() {
            let message = format!("{} cannot bring about {}, only {}", step.kind, step.want, action.want());
            return Err(Fault::person_needed(UNKNOWN_STEP, message));
        }
        let detail: Detail = serde_json::from_value(step.detail.clone()).map_err(|e| {
            Fault::person_needed(UNKNOWN_STEP, format!("the detail of {} is unreadable: {e}", step.name))
        })?;
        action.check(&detail.settings).map_err(|told| Fault::person_needed(codes::ACTION_SETTINGS, told))?;
        let task = Task { clients: &self.clients, detail: &detail, context, admission, under_way: &self.under_way };
        action.attempt(&task).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, admission: &dyn Admission) -> Result<Timestamp, Fault> {
        let action = known(kind)?;
        action.check(settings).map_err(|told| Fault::person_needed(codes::ACTION_SETTINGS, told))?;
        action.synced_at(&self.clients, settings, admission).await
    }
}

/// The facts about every kind, in the order of the list.
pub fn infos() -> &'static [ActionInfo] {
    &INFOS
}

/// Checks the settings of a kind and says what is wrong with them. `None` if the kind is none of these.
pub fn check(kind: &str, settings: &Value) -> Option<Result<(), String>> {
    ACTIONS.iter().find(|action| action.info().name == kind).map(|action| action.check(settings))
}

fn find(kind: &str) -> Result<&'static dyn Action, String> {
    let found = ACTIONS.iter().find(|action| action.info().name == kind);
    found.copied().ok_or_else(|| {
        if let Some(left_out) = left_out(kind) {
            return left_out;
        }
        let names: Vec<&str> = INFOS.iter().map(|info| info.name).collect();
        format!("there is no action {kind} in AWS: write one of {}", names.join(", "))
    })
}

/// Says that this build does not have a kind which others have, and names the remedy.
pub fn left_out(kind: &str) -> Option<String> {
    let has = ACTIONS.iter().any(|action| action.info().name == kind);
    (OPTIONAL.contains(&kind) && !has).then(|| format!("{kind} is not in this build of the program: {CLOUD_BUILD}"))
}

fn known(kind: &str) -> Result<&'static dyn Action, Fault> {
    find(kind).map_err(|told| Fault::person_needed(UNKNOWN_STEP, told))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_the_want_of_its_duty() {
        use failover::action::Purpose;
        use failover::plan::want;
        let names: BTreeSet<&str> = INFOS.iter().map(|info| info.name).collect();
        assert_eq!(names.len(), ACTIONS.len());
        for action in ACTIONS {
            let wanted = match action.info().purpose {
                Purpose::Dataset => want::SYNCED,
                Purpose::Source => want::REACHABLE,
                Purpose::Route => want::ROUTED,
                Purpose::Channel => want::TOLD,
                Purpose::Endpoint => want::SWITCHED,
                Purpose::Fence | Purpose::Recovery | Purpose::Validation => "of no action in AWS",
            };
            assert_eq!(action.want(), wanted, "{}", action.info().name);
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
