//! Compares Route 53's record sets, and says which of them may be changed.
//!
//! Must not know: requests. [Route 53: API ResourceRecordSet; developer guide, DomainNameFormat]

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};

/// The record types that name an address and whose value needs no quoting.
pub(super) const SIMPLE_TYPES: [&str; 3] = ["CNAME", "A", "AAAA"];

/// Whether two names are the same. Upper and lower case do not matter, and the dot at the end is optional. A
/// listing writes the asterisk of a wildcard as `\052`.
pub(super) fn same_name(listed: &str, wanted: &str) -> bool {
    plain(listed) == plain(wanted)
}

/// Whether two values are the same. The values of a CNAME are names and are compared as such.
pub(super) fn same_value(kind: &str, listed: &str, wanted: &str) -> bool {
    if kind == "CNAME" { plain(listed) == plain(wanted) } else { listed == wanted }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*").to_ascii_lowercase()
}

/// The reason why an UPSERT of a simple record must not change this record set, with the remedy. `None` if it may.
pub(super) fn unsuitable(set: &ResourceRecordSet) -> Option<String> {
    if set.alias_target().is_some() {
        return Some("is an alias: point what it leads to at the new side, or make it a simple record".to_owned());
    }
    let policies = [
        ("weighted", set.weight().is_some()),
        ("latency", set.region().is_some()),
        ("failover", set.failover().is_some()),
        ("geolocation", set.geo_location().is_some()),
        ("geoproximity", set.geo_proximity_location().is_some()),
        ("multivalue answer", set.multi_value_answer().is_some()),
        ("IP-based", set.cidr_routing_config().is_some()),
        ("other", set.set_identifier().is_some()),
    ];
    let policy = policies.iter().find(|(_, has)| *has).map(|(name, _)| name)?;
    Some(format!(
        "has a routing policy ({policy}): switch it by its health check or its routing control, or make it a simple record"
    ))
}

/// The change after which a simple record holds one value.
pub(super) fn upsert(name: &str, kind: RrType, ttl: i64, value: &str) -> Result<ChangeBatch, BuildError> {
    let record = ResourceRecord::builder().value(value).build()?;
    let set = ResourceRecordSet::builder().name(name).r#type(kind).ttl(ttl).resource_records(record).build()?;
    let change = Change::builder().action(ChangeAction::Upsert).resource_record_set(set).build()?;
    ChangeBatch::builder().changes(change).build()
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::{AliasTarget, ResourceRecordSetFailover};

    use super::*;

    #[test]
    fn names_are_compared_as_dns_does() {
        assert!(same_name("Work.Example.com.", "work.example.com"));
        assert!(same_name("\\052.example.com.", "*.example.com"));
        assert!(!same_name("work.example.com.", "works.example.com"));
        assert!(same_value("CNAME", "Two.example.", "two.example"));
        assert!(!same_value("A", "10.0.0.1", "10.0.0.2"));
    }

    #[test]
    fn a_routing_policy_or_an_alias_is_for_a_person() {
        let simple = ResourceRecordSet::builder().name("a").r#type(RrType::Cname);
        assert_eq!(unsuitable(&simple.clone().build().unwrap()), None);
        let failover = simple.clone().set_identifier("one").failover(ResourceRecordSetFailover::Primary);
        assert!(unsuitable(&failover.build().unwrap()).unwrap().contains("(failover)"));
        let alias = AliasTarget::builder().hosted_zone_id("Z").dns_name("b").evaluate_target_health(false);
        let alias = simple.alias_target(alias.build().unwrap());
        assert!(unsuitable(&alias.build().unwrap()).unwrap().contains("is an alias"));
    }
}
