//! Readings of the API's JSON that the kinds share.
//!
//! Law: pure; what is absent or of another type reads as absent. Must not know: any kind.

use engine::ports::Observed;
use failover::{Resource, Start, StartStage, Startable, Trust};
use saga::{Class, Fault};
use serde_json::{Map, Value};

use crate::codes;

/// The tag whose value matches a resource across the sides.
const TAG: &str = "switchback";

/// The text at a key; empty when absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a key.
pub(super) fn number(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// The elements of the array at a key; none when absent.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An id, which is a number for jobs and runs and a text elsewhere.
pub(crate) fn id(value: &Value, key: &str) -> Option<String> {
    match value.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    }
}

/// The members of an object that are named, as they were read.
pub(super) fn kept(value: &Value, keys: &[&str]) -> Map<String, Value> {
    let found = keys.iter().filter_map(|key| value.get(*key).map(|member| ((*key).to_owned(), member.clone())));
    found.filter(|(_, member)| !member.is_null()).collect()
}

/// The same of an object that is not needed any more.
pub(super) fn trimmed(mut value: Value, keys: &[&str]) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|key, member| keys.contains(&key.as_str()) && !member.is_null());
        return value;
    }
    Value::Object(Map::new())
}

/// A resource as read.
///
/// # Errors
///
/// `NOT-JSON` if it has no id: what cannot be named cannot be fenced, so such a listing is not whole.
pub(super) fn observed(kind: &'static str, facts: Value, id_key: &str, name_key: &str) -> Result<Observed, Fault> {
    let found = id(&facts, id_key);
    let id = found.ok_or_else(|| Fault::again(codes::NOT_JSON, format!("a {kind} came without its {id_key}")))?;
    Ok(Observed { kind, id, name: text(&facts, name_key).to_owned(), facts })
}

/// The value of the tag in a map of tags.
pub(super) fn tag(tags: Option<&Value>) -> Option<String> {
    tags.and_then(|tags| tags.get(TAG)).and_then(Value::as_str).map(str::to_owned)
}

/// The value of the tag in a list of key and value.
pub(super) fn tag_in_pairs(pairs: &[Value]) -> Option<String> {
    pairs.iter().find(|pair| text(pair, "key") == TAG).map(|pair| text(pair, "value").to_owned())
}

/// Recipe R5: what names its zone is lost with it.
pub(super) fn fixed_zone(attributes: Option<&Value>) -> Option<&str> {
    let zone = attributes.map_or("", |attributes| text(attributes, "zone_id"));
    (!zone.is_empty() && !zone.eq_ignore_ascii_case("auto")).then_some(zone)
}

/// The finding for a fixed zone.
pub(super) fn zone_finding(zone: &str) -> String {
    format!("it is fixed to zone {zone}: set zone_id to auto (R5)")
}

/// A record without starts.
pub(super) fn resource(seen: &Observed, state: impl Into<String>, active: bool) -> Resource {
    Resource {
        kind: seen.kind.to_owned(),
        id: seen.id.clone(),
        name: seen.name.clone(),
        tag: None,
        state: state.into(),
        active,
        starts: Vec::new(),
        not_carried: None,
        findings: Vec::new(),
        can_start: Vec::new(),
        set_back: Vec::new(),
    }
}

/// A start that may be made twice without harm.
pub(super) fn start(stage: StartStage, want: &str, detail: Value) -> Start {
    Start { stage, kind: None, want: want.to_owned(), detail, class: Class::Idempotent, trust: Trust::Always }
}

/// Who last changed a resource, and when, where its API tells.
pub(super) fn changed(facts: &Value, who: &str, when: &str) -> Option<String> {
    let at = text(facts, when);
    match (text(facts, who), at) {
        (_, "") => None,
        ("", at) => Some(format!("it was last changed at {at}")),
        (who, at) => Some(format!("it was last changed by {who} at {at}")),
    }
}

/// The one resource of that kind that this one starts; none where it names none.
pub(super) fn starts_one(kind: &str, id: &str) -> Vec<Startable> {
    let one = |id: &str| Startable { kind: kind.to_owned(), id: Some(id.to_owned()) };
    (!id.is_empty()).then(|| one(id)).into_iter().collect()
}
