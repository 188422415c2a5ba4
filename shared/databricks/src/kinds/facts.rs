//! Reads values of the API's JSON for all kinds.
//!
//! Law: pure. A value that is absent or of another type reads as absent. Must not know: any kind.

use engine::ports::Observed;
use failover::{Resource, Start, StartStage, Startable, Trust};
use saga::{Class, Fault};
use serde_json::{Map, Value};

use crate::codes;

/// The value of this tag maps a resource to its counterpart on the other side.
const TAG: &str = "switchback";

/// The text at a key; empty if it is absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a key.
pub(super) fn number(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(Value::as_i64)
}

/// The elements of the array at a key; none if it is absent.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An id. It is a number for jobs and runs, and a text for other kinds.
pub(crate) fn id(value: &Value, key: &str) -> Option<String> {
    match value.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    }
}

/// The named members of an object, as they were read. Null counts as absent.
pub(super) fn kept(value: &Value, keys: &[&str]) -> Map<String, Value> {
    let found = keys.iter().filter_map(|key| value.get(*key).map(|member| ((*key).to_owned(), member.clone())));
    found.filter(|(_, member)| !member.is_null()).collect()
}

/// Does the same as [`kept`] for an object that is not needed any more.
pub(super) fn trimmed(mut value: Value, keys: &[&str]) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|key, member| keys.contains(&key.as_str()) && !member.is_null());
        return value;
    }
    Value::Object(Map::new())
}

/// Makes an observed resource from the members that were read.
///
/// # Errors
///
/// `NOT-JSON` if it has no id. A resource without an id cannot be fenced, so such a listing is not whole.
pub(super) fn observed(kind: &'static str, facts: Value, id_key: &str, name_key: &str) -> Result<Observed, Fault> {
    let found = id(&facts, id_key);
    let id = found.ok_or_else(|| Fault::again(codes::NOT_JSON, format!("a {kind} came without its {id_key}")))?;
    Ok(Observed { kind, id, name: text(&facts, name_key).to_owned(), facts })
}

/// The value of the tag in a map of tags.
pub(super) fn tag(tags: Option<&Value>) -> Option<String> {
    tags.and_then(|tags| tags.get(TAG)).and_then(Value::as_str).map(str::to_owned)
}

/// The value of the tag in a list of keys and values.
pub(super) fn tag_in_pairs(pairs: &[Value]) -> Option<String> {
    pairs.iter().find(|pair| text(pair, "key") == TAG).map(|pair| text(pair, "value").to_owned())
}

/// The zone that a resource is fixed to, if it is. Such a resource is lost with its zone (R5).
pub(super) fn fixed_zone(attributes: Option<&Value>) -> Option<&str> {
    let zone = attributes.map_or("", |attributes| text(attributes, "zone_id"));
    (!zone.is_empty() && !zone.eq_ignore_ascii_case("auto")).then_some(zone)
}

/// The finding for a fixed zone.
pub(super) fn zone_finding(zone: &str) -> String {
    format!("it is fixed to zone {zone}: set zone_id to auto (R5)")
}

/// A record that starts nothing.
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

/// Says who last changed a resource, and when; `None` if its API does not show when.
pub(super) fn changed(facts: &Value, who: &str, when: &str) -> Option<String> {
    let at = text(facts, when);
    match (text(facts, who), at) {
        (_, "") => None,
        ("", at) => Some(format!("it was last changed at {at}")),
        (who, at) => Some(format!("it was last changed by {who} at {at}")),
    }
}

/// The one resource of this kind that another one starts; none if the id is empty.
pub(super) fn starts_one(kind: &str, id: &str) -> Vec<Startable> {
    let one = |id: &str| Startable { kind: kind.to_owned(), id: Some(id.to_owned()) };
    (!id.is_empty()).then(|| one(id)).into_iter().collect()
}
