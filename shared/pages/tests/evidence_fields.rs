//! Tests that the guide to evidence names every member of a record.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use std::collections::BTreeSet;

use failover::evidence::sample;
use serde_json::Value;

#[test]
fn every_member_of_a_record_is_named_for_the_auditor() {
    let page = include_str!("../../docs/guide/evidence.md");
    let record = serde_json::to_value(sample::record("payments-1")).unwrap();
    let mut names = BTreeSet::new();
    gather(&record, &mut names);
    assert!(names.len() > 60, "{names:?}");
    let missing: Vec<&String> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "shared/docs/guide/evidence.md does not name {missing:?}");
}

/// Adds the names of all members, also of nested ones. The log counts as one member.
fn gather(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                names.insert(name.clone());
                if name != "log" {
                    gather(value, names);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
