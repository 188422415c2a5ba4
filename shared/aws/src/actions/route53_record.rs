//! Points a DNS record in Route 53 at the workspace, by an UPSERT.
//!
//! **It depends on us-east-1.** Route 53's servers answer from everywhere. But only its control plane changes
//! records, and that one is in us-east-1 [AWS Fault Isolation Boundaries, appendix A]. While that region is unwell,
//! this action waits. Two alternatives are better, if they are possible: a record prepared beforehand that follows
//! a health check or a routing control of ARC, or an endpoint of another kind.
//!
//! It changes a simple record that exists, and nothing else. A missing record, an alias and a record with a routing
//! policy are for a person, because an UPSERT would make a second record beside it.
//!
//! A listing shows a change before every name server has it [Route 53: API ListResourceRecordSets]. So an attempt
//! that made the change is done when `GetChange` says `INSYNC`, commonly within 60 s. Only the process that
//! requested the change knows its id. After a crash or a lost answer the listing alone counts, and the note says
//! so.

use async_trait::async_trait;
use aws_sdk_route53::types::{ChangeStatus, RrType};
use engine::codes::{ACTION_SETTINGS, NOT_AS_WANTED, STILL_CHANGING};
use engine::ports::{Access, ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, carry, change, in_region};
use super::env::ActionEnv;
use super::record_set::{self, SIMPLE_TYPES, same_name, same_value};
use super::settings::{self, settled};
use crate::codes;

const KIND: &str = "route53_record";

pub(super) struct Route53Record;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The hosted zone's id, e.g. `Z0123456789ABC`.
    zone: String,
    /// The record's whole name.
    record: String,
    /// Type of the record: one of [`SIMPLE_TYPES`].
    #[serde(rename = "type", default = "cname")]
    kind: String,
    /// In seconds: how long resolvers may keep the record.
    ttl: u32,
    /// The value that the record must hold.
    value: String,
}

fn cname() -> String {
    "CNAME".to_owned()
}

#[async_trait]
impl ActionKind<ActionEnv> for Route53Record {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: KIND, purpose: Purpose::Endpoint, reach: Reach::External, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, &[("zone", &read.zone), ("record", &read.record), ("value", &read.value)])?;
        if !SIMPLE_TYPES.contains(&read.kind.as_str()) {
            let remedy = format!("write one of {}", SIMPLE_TYPES.join(", "));
            return Err(settings::wrong(KIND, "type", "is not supported", &remedy));
        }
        if read.zone.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Ok(());
        }
        Err(settings::wrong(KIND, "zone", "is no hosted zone's id", "write it like Z0123456789ABC"))
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let wanted: Settings = settled(KIND, &attempt.detail.settings)?;
        let about = format!("the record {} {}", wanted.record, wanted.kind);
        let told = format!("{about} points at the {}", attempt.detail.side);
        let token = attempt.context.token;
        let (change, was_so) = if look(env, attempt, &wanted, &about).await? {
            match env.under_way.of(token) {
                Some(change) => (change, true),
                None => return Ok(format!("{told}, as the zone lists it")),
            }
        } else {
            let change = upsert(env, attempt, &wanted, &about).await?;
            env.under_way.begun(token, change.clone());
            (change, false)
        };
        if !in_sync(env, attempt, &change, &about).await? {
            return Err(Fault::again(STILL_CHANGING, format!("{about} is changed, and not all name servers know yet")));
        }
        env.under_way.ended(token);
        if was_so || look(env, attempt, &wanted, &about).await? {
            return Ok(format!("{told}, as every name server of the zone answers"));
        }
        Err(Fault::again(NOT_AS_WANTED, format!("{about} was written and reads otherwise")))
    }
}

/// Whether the record is as wanted.
async fn look(env: &ActionEnv, attempt: &Attempt<'_>, wanted: &Settings, about: &str) -> Result<bool, Fault> {
    let call = call(wanted, format!("reading {about}"), "route53:ListResourceRecordSets", Access::Read);
    let request = env.clients.route53.list_resource_record_sets().hosted_zone_id(&wanted.zone);
    let request = request.start_record_name(&wanted.record).start_record_type(wanted.rr_type()).max_items(1);
    let found = carry(&call, attempt.admission, in_region!(aws_sdk_route53, request, None)).await?;
    // The listing begins at the first record that does not come before the requested one.
    let there = found.resource_record_sets().first();
    let there = there.filter(|set| same_name(set.name(), &wanted.record) && *set.r#type() == wanted.rr_type());
    let unsuitable = |what: &str| Fault::person_needed(codes::ENDPOINT_UNSUITABLE, format!("{about} {what}"));
    let Some(set) = there else {
        let said = format!("{about} does not exist in zone {}: create it, leading to the primary", wanted.zone);
        return Err(Fault::person_needed(codes::AWS_NOT_FOUND, said));
    };
    if let Some(what) = record_set::unsuitable(set) {
        return Err(unsuitable(&what));
    }
    let values: Vec<&str> = set.resource_records().iter().map(|record| record.value()).collect();
    let is_value = matches!(values[..], [value] if same_value(&wanted.kind, value, &wanted.value));
    Ok(is_value && set.ttl() == Some(i64::from(wanted.ttl)))
}

/// Requests the change and returns its id.
async fn upsert(env: &ActionEnv, attempt: &Attempt<'_>, wanted: &Settings, about: &str) -> Result<String, Fault> {
    let call = call(wanted, format!("changing {about}"), "route53:ChangeResourceRecordSets", Access::Write);
    let batch = record_set::upsert(&wanted.record, wanted.rr_type(), i64::from(wanted.ttl), &wanted.value);
    let batch = batch.map_err(|e| {
        Fault::person_needed(ACTION_SETTINGS, format!("{about} cannot be asked for: {e}: correct the settings"))
    })?;
    let request = env.clients.route53.change_resource_record_sets().hosted_zone_id(&wanted.zone).change_batch(batch);
    let sent = || {
        let record = json!({ "Name": wanted.record, "Type": wanted.kind, "TTL": wanted.ttl, "Value": wanted.value });
        json!({ "HostedZoneId": wanted.zone, "Action": "UPSERT", "ResourceRecordSet": record })
    };
    let answer = change(&call, attempt.admission, &sent, in_region!(aws_sdk_route53, request, None)).await?;
    let id = answer.change_info().map(|info| info.id().trim_start_matches("/change/").to_owned());
    id.ok_or_else(|| Fault::verify_first(codes::AWS_DOUBTFUL_ANSWER, format!("{}: no change was named", call.doing)))
}

async fn in_sync(env: &ActionEnv, attempt: &Attempt<'_>, change: &str, about: &str) -> Result<bool, Fault> {
    let call = Call {
        about: format!("the change {change}"),
        if_missing: "look at the record in the console of Route 53",
        ..call_of(format!("following the change of {about}"), "route53:GetChange", Access::Read)
    };
    let request = env.clients.route53.get_change().id(change);
    let found = match carry(&call, attempt.admission, in_region!(aws_sdk_route53, request, None)).await {
        Ok(found) => found,
        Err(failure) => {
            // Route 53 does not know this change any more, so the next attempt uses the listing.
            if failure.code == "NoSuchChange" {
                env.under_way.ended(attempt.context.token);
            }
            return Err(failure.into());
        }
    };
    Ok(found.change_info().is_some_and(|info| *info.status() == ChangeStatus::Insync))
}

fn call(wanted: &Settings, doing: String, action: &'static str, nature: Access) -> Call {
    Call { about: format!("the hosted zone {}", wanted.zone), ..call_of(doing, action, nature) }
}

fn call_of(doing: String, action: &'static str, nature: Access) -> Call {
    Call {
        family: "aws.route53",
        nature,
        doing,
        action,
        about: String::new(),
        if_missing: "correct the setting zone",
        secret: false,
    }
}

impl Settings {
    fn rr_type(&self) -> RrType {
        RrType::from(self.kind.as_str())
    }
}
