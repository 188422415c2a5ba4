//! Simulates Route 53: records of hosted zones.
//!
//! A listing shows a change at once. Only `GetChange` says whether every name server has it.
//! Records are sorted by their names with the labels in reverse order, and then by type.
//! [Route 53: API ListResourceRecordSets, ChangeResourceRecordSets, GetChange]

use std::collections::BTreeMap;

use super::Cloud;
use super::place::{ZONES, xml};
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use super::xml::{self, Element, escaped};
use crate::json::moment;
use crate::wire::Reply;

/// Zones by id, and the moments of changes by the id of the change.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    pub(crate) by_id: BTreeMap<String, Vec<Record>>,
    changes: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// The name in lower case, with a dot at its end.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) ttl: String,
    pub(crate) values: Vec<String>,
    /// The elements of a routing policy, e.g. `Failover` and `PRIMARY`, beside `SetIdentifier`.
    pub(crate) policy: Vec<(String, String)>,
}

impl Record {
    fn sorted_by(&self) -> (Vec<String>, &str) {
        (turned(&self.name), &self.kind)
    }

    fn view(&self) -> String {
        let policy: String =
            self.policy.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value))).collect();
        let value = |value: &String| format!("<ResourceRecord><Value>{}</Value></ResourceRecord>", escaped(value));
        let values: String = self.values.iter().map(value).collect();
        // A listing writes `*` as an octal escape [Route 53: developer guide, DomainNameFormat].
        let name = escaped(&self.name.replace('*', "\\052"));
        format!(
            "<ResourceRecordSet><Name>{name}</Name><Type>{}</Type>{policy}<TTL>{}</TTL>\
             <ResourceRecords>{values}</ResourceRecords></ResourceRecordSet>",
            self.kind, self.ttl
        )
    }
}

impl Cloud {
    pub(crate) fn zone_call(&mut self, operation: &str, request: &CloudRequest) -> Handled {
        let segments = request.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (operation, &segments[..]) {
            ("ListResourceRecordSets", ["2013-04-01", "hostedzone", zone, "rrset"]) => {
                Some(self.list_records(zone, request))
            }
            ("ChangeResourceRecordSets", ["2013-04-01", "hostedzone", zone, "rrset"]) => {
                self.change_records(zone, request)
            }
            ("GetChange", ["2013-04-01", "change", id]) => Some(self.change(id)),
            _ => None,
        }
    }

    fn list_records(&self, zone: &str, request: &CloudRequest) -> Result<Reply, Refused> {
        let mut records: Vec<&Record> = self.zones.by_id.get(zone).ok_or_else(|| no_zone(zone))?.iter().collect();
        records.sort_by(|one, other| one.sorted_by().cmp(&other.sorted_by()));
        let begin = request.query("name").map(|name| turned(&whole(&name)));
        let kind = request.query("type").unwrap_or_default();
        if let Some(begin) = begin {
            records.retain(|record| record.sorted_by() >= (begin.clone(), kind.as_str()));
        }
        let most = request.query("maxitems").and_then(|most| most.parse().ok()).unwrap_or(300_usize);
        let next = records.get(most).map(|next| {
            let (name, kind) = (escaped(&next.name), &next.kind);
            format!("<NextRecordName>{name}</NextRecordName><NextRecordType>{kind}</NextRecordType>")
        });
        let shown: String = records.iter().take(most).map(|record| record.view()).collect();
        let body = format!(
            "<ListResourceRecordSetsResponse xmlns=\"{ZONES}\"><ResourceRecordSets>{shown}</ResourceRecordSets>\
             <IsTruncated>{}</IsTruncated>{}<MaxItems>{most}</MaxItems></ListResourceRecordSetsResponse>",
            next.is_some(),
            next.unwrap_or_default()
        );
        Ok(xml(200, &body))
    }

    /// Changes records; `None` if the request is not an UPSERT of simple records.
    fn change_records(&mut self, zone: &str, request: &CloudRequest) -> Handled {
        let Some(asked) = xml::parse(&request.body) else {
            return Some(Err(Refused::new(400, "InvalidInput", "Not well-formed")));
        };
        let changes = asked.all(&["ChangeBatch", "Changes", "Change"]);
        if changes.is_empty() || changes.iter().any(|change| change.value("Action") != Some("UPSERT")) {
            return None;
        }
        let records: Option<Vec<Record>> = changes.iter().map(|change| record(change)).collect();
        let records = records?;
        let Some(there) = self.zones.by_id.get_mut(zone) else { return Some(Err(no_zone(zone))) };
        for record in &records {
            if let Some(message) = clash(there, record) {
                // Several messages come as a list in brackets. AWS's SDKs show it like this.
                return Some(Err(Refused::new(400, "InvalidChangeBatch", format!("[{message}]"))));
            }
        }
        for record in records {
            there.retain(|other| (&other.name, &other.kind) != (&record.name, &record.kind));
            there.push(record);
        }
        let id = format!("C{:04}", self.zones.changes.len() + 1);
        self.zones.changes.insert(id.clone(), self.now_ms);
        Some(Ok(self.change_info("ChangeResourceRecordSetsResponse", &id, self.now_ms)))
    }

    fn change(&self, id: &str) -> Result<Reply, Refused> {
        match self.zones.changes.get(id) {
            Some(at_ms) => Ok(self.change_info("GetChangeResponse", id, *at_ms)),
            None => Err(Refused::new(404, "NoSuchChange", format!("Could not find resource with ID: {id}"))),
        }
    }

    fn change_info(&self, response: &str, id: &str, at_ms: i64) -> Reply {
        let in_sync = self.now_ms - at_ms >= self.settings.record_sync_ms;
        let status = if in_sync { "INSYNC" } else { "PENDING" };
        let at = moment(at_ms);
        xml(
            200,
            &format!(
                "<{response} xmlns=\"{ZONES}\"><ChangeInfo><Id>/change/{id}</Id><Status>{status}</Status>\
                 <SubmittedAt>{at}</SubmittedAt></ChangeInfo></{response}>"
            ),
        )
    }
}

/// A name as the zone keeps it: in lower case, with a dot at its end.
pub(crate) fn whole(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace("\\052", "*");
    if name.ends_with('.') { name } else { format!("{name}.") }
}

fn turned(name: &str) -> Vec<String> {
    name.trim_end_matches('.').rsplit('.').map(str::to_owned).collect()
}

/// The simple record that a change asks for; `None` if it is not simple.
fn record(change: &Element) -> Option<Record> {
    let set = change.child("ResourceRecordSet")?;
    let simple = ["Name", "Type", "TTL", "ResourceRecords"];
    if set.children.iter().any(|child| !simple.contains(&child.name.as_str())) {
        return None;
    }
    let values = set.all(&["ResourceRecords", "ResourceRecord"]);
    Some(Record {
        name: whole(set.value("Name")?),
        kind: set.value("Type")?.to_owned(),
        ttl: set.value("TTL")?.to_owned(),
        values: values.iter().filter_map(|record| record.value("Value")).map(str::to_owned).collect(),
        policy: Vec::new(),
    })
}

/// The reason why a simple record cannot be in the zone; `None` if it can.
fn clash(there: &[Record], record: &Record) -> Option<String> {
    let same_name = there.iter().filter(|other| other.name == record.name);
    same_name.into_iter().find_map(|other| {
        let (name, kind) = (&record.name, &record.kind);
        if other.kind == record.kind {
            let routed = !other.policy.is_empty();
            return routed.then(|| format!("RRSet of type {kind} with DNS name {name} has a routing policy."));
        }
        let alone = other.kind == "CNAME" || record.kind == "CNAME";
        alone.then(|| format!("RRSet of type {kind} with DNS name {name} conflicts with type {}.", other.kind))
    })
}

fn no_zone(zone: &str) -> Refused {
    Refused::new(404, "NoSuchHostedZone", format!("No hosted zone found with ID: {zone}"))
}
