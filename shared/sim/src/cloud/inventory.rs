//! Lists the settings of the cloud, and keeps the calls to it that were no reads.
//!
//! Law: as in `inventory`, only settings are here, and nothing of their history: no versions that
//! count, no times, no messages and no received requests. The routes of an access point are the
//! ones that were asked for last, since they come to hold by themselves. A secret is never shown.
//! Each of its values is shown as a fingerprint, which shows only whether the value is the same.
//! Must not know: who compares.

use serde_json::{Map, Value, json};

use super::Cloud;
use super::place::Place;
use super::request::CloudRequest;
use crate::changing::{ChangingCall, Got, Sent, body};
use crate::inventory::{Inventory, add};
use crate::json::set;

/// Operations of AWS that read with any method, each with its source.
const READS: &[(&str, &str)] = &[
    ("GetParameter", "reads a parameter [SSM: API GetParameter]"),
    (
        "GetSecretValue",
        "reads a secret; only the date of its last access is kept [Secrets Manager: API GetSecretValue]",
    ),
    ("DescribeStreamSummary", "describes a stream [Kinesis: API DescribeStreamSummary]"),
    ("DescribeEvents", "lists events [Health: API DescribeEvents]"),
    ("ListResourceRecordSets", "lists records [Route 53: API ListResourceRecordSets]"),
    ("GetChange", "tells how far a change is [Route 53: API GetChange]"),
    ("GetMultiRegionAccessPointRoutes", "reads routes [S3 Control: API GetMultiRegionAccessPointRoutes]"),
];

impl Cloud {
    /// The settings of the cloud at the moment that it has reached. The kinds are `parameter`,
    /// `secret`, `zone`, `record`, `access_point`, `stream`, `topic`, `web` and `port`.
    #[must_use]
    pub fn settings(&self) -> Inventory {
        let mut all = Inventory::new();
        for ((region, name), parameter) in &self.parameters {
            let value = match parameter.kind.as_str() {
                "SecureString" => hidden(&parameter.value),
                _ => json!(parameter.value),
            };
            let id = format!("{region} {name}");
            add(&mut all, "parameter", &id, name, json!({ "type": parameter.kind, "value": value }));
        }
        for ((region, name), secret) in &self.secrets {
            let value = secret.versions.get(&secret.current).map(|value| hidden(value));
            add(&mut all, "secret", &format!("{region} {name}"), name, json!({ "value": value }));
        }
        self.add_records(&mut all);
        for (arn, point) in &self.access_points {
            let routes = point.coming.as_ref().map_or(&point.routes, |(_, routes)| routes);
            let dials: Map<String, Value> =
                routes.iter().map(|route| (format!("{} {}", route.region, route.bucket), json!(route.dial))).collect();
            add(&mut all, "access_point", arn, arn, json!({ "account": point.account, "routes": dials }));
        }
        for ((region, name), status) in &self.streams {
            add(&mut all, "stream", &format!("{region} {name}"), name, json!({ "status": status }));
        }
        for arn in self.topics.keys() {
            add(&mut all, "topic", arn, arn, json!({}));
        }
        for (host, web) in &self.web {
            let shown = &web.behaviour;
            let value = json!({ "status": shown.status, "headers": shown.headers, "body": body(&shown.body) });
            add(&mut all, "web", host, host, value);
        }
        for ((host, port), accepts) in &self.ports {
            let id = format!("{host}:{port}");
            add(&mut all, "port", &id, &id, json!({ "accepts": accepts }));
        }
        all
    }

    fn add_records(&self, all: &mut Inventory) {
        for (zone, records) in &self.zones.by_id {
            add(all, "zone", zone, zone, json!({}));
            for record in records {
                let policy: Map<String, Value> =
                    record.policy.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
                let one_of_several = policy.get("SetIdentifier").and_then(Value::as_str).unwrap_or_default();
                let id = format!("{zone} {} {} {one_of_several}", record.name, record.kind);
                let mut value = json!({ "ttl": record.ttl, "values": record.values });
                if !policy.is_empty() {
                    set(&mut value, "policy", Value::Object(policy));
                }
                add(all, "record", id.trim_end(), &record.name, value);
            }
        }
    }

    /// Every request that is not a pure read, in the order in which they came. See [`ChangingCall`].
    #[must_use]
    pub fn changing_calls(&self) -> &[ChangingCall] {
        self.changing.all()
    }

    pub(super) fn changing(&self, place: &Place, operation: &str, request: &CloudRequest) -> Option<ChangingCall> {
        let reads = match place {
            Place::Web => matches!(operation, "GET" | "HEAD"),
            Place::Parameters { .. }
            | Place::Secrets { .. }
            | Place::Streams { .. }
            | Place::Health { .. }
            | Place::Zones
            | Place::AccessPoints { .. }
            | Place::Topics { .. } => READS.iter().any(|(name, _)| *name == operation),
        };
        (!reads).then(|| ChangingCall {
            at_ms: self.now_ms,
            method: request.method.clone(),
            path: format!("{}{}", request.host, request.path_and_query),
            operation: operation.to_owned(),
            body: Sent::of(&request.body),
            got: Got::Nothing,
        })
    }
}

/// A secret as the fingerprints of its members, or of its whole text if it has no members.
fn hidden(secret: &str) -> Value {
    match serde_json::from_str(secret) {
        Ok(Value::Object(members)) => {
            let members = members.into_iter().map(|(key, value)| (key, json!(fingerprint(&value.to_string()))));
            Value::Object(members.collect())
        }
        Ok(_) | Err(_) => json!(fingerprint(secret)),
    }
}

/// FNV-1a in 64 bits [IETF: draft-eastlake-fnv]. It is enough to see a difference. It does not
/// protect a secret that can be guessed. All secrets here are simulated.
fn fingerprint(text: &str) -> String {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("fingerprint {:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_by_its_members_and_never_itself() {
        let told = hidden(r#"{"url":"https://a","password":"guess"}"#);
        assert!(!told.to_string().contains("guess") && told["url"] != told["password"]);
        assert_eq!(told, hidden(r#"{"password":"guess","url":"https://a"}"#));
        assert_ne!(hidden("one"), hidden("two"));
    }

    #[test]
    fn every_read_has_a_source() {
        assert!(READS.iter().all(|(_, reason)| reason.contains('[')));
    }
}
