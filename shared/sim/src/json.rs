//! Reads raw JSON with small functions that several APIs share.
//!
//! Law: reading never fails. A member that is absent or of another type reads as absent.
//! Must not know: any route or resource.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The text at a key; empty if absent.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number at a key, also if it was sent as text.
pub(crate) fn number(value: &Value, key: &str) -> Option<i64> {
    match value.get(key) {
        Some(Value::String(text)) => text.parse().ok(),
        found => found.and_then(Value::as_i64),
    }
}

/// A flag at a key; false if absent.
pub(crate) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// The elements of an array at a key; none if absent.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The members of an object; none for anything else.
pub(crate) fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Sets a member of an object; does nothing to anything else.
pub(crate) fn set(value: &mut Value, key: &str, to: Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), to);
    }
}

/// Whether a top-level member of a JSON body is this text or number.
pub(crate) fn mentions(body: &[u8], id: &str) -> bool {
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
        return false;
    };
    object.values().any(|value| match value {
        Value::String(text) => text == id,
        Value::Number(number) => number.to_string() == id,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    })
}

/// A listing as text: the elements, which are JSON already, and the members `beside` them. Members
/// are sorted by their names, as those of a [`Value`] are.
pub(crate) fn listing(key: &str, elements: Option<&[Cow<'_, str>]>, beside: &[(&str, Value)]) -> String {
    let mut members: Vec<(&str, String)> = beside.iter().map(|(key, value)| (*key, value.to_string())).collect();
    members.extend(elements.map(|elements| (key, format!("[{}]", elements.join(",")))));
    members.sort_unstable();
    let mut text = String::with_capacity(members.iter().map(|(key, value)| key.len() + value.len() + 4).sum());
    for (at, (key, value)) in members.iter().enumerate() {
        text.push_str(if at == 0 { "{\"" } else { ",\"" });
        text.push_str(key);
        text.push_str("\":");
        text.push_str(value);
    }
    text.push_str(if members.is_empty() { "{}" } else { "}" });
    text
}

/// A moment as the text that pipelines and token replies use (RFC 3339, UTC).
pub(crate) fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_listing_is_written_as_its_value_is() {
        let elements = [json!({ "a": 1 }), json!({ "b": "\"" })];
        let texts: Vec<Cow<'_, str>> = elements.iter().map(|element| element.to_string().into()).collect();
        let whole = json!({ "jobs": elements, "has_more": true, "next_page_token": "a\"b" });
        let beside = [("next_page_token", json!("a\"b")), ("has_more", json!(true))];
        assert_eq!(listing("jobs", Some(&texts), &beside), whole.to_string());
        assert_eq!(listing("jobs", Some(&[]), &[]), json!({ "jobs": [] }).to_string());
        assert_eq!(listing("jobs", None, &[]), "{}");
    }
}
