//! Reads foreign JSON within bounds and without trust.
//!
//! A sender may add members, leave them out, or write a number as a text or a text as a number. So each
//! member is read by itself, and nothing is deserialized into a shape. Nesting ends at 128, which is the
//! parser's own bound [docs: serde_json, `Deserializer::disable_recursion_limit`].

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The longest body that is read.
pub const LARGEST_BODY_BYTES: usize = 1024 * 1024;

/// A body that a source cannot read. The reason is one plain sentence that repeats nothing of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BodyError(pub &'static str);

impl BodyError {
    /// The body is longer than [`LARGEST_BODY_BYTES`].
    pub const TOO_LONG: BodyError = BodyError("the body is longer than 1 MiB");
}

/// Reads an object.
pub(crate) fn object(body: &[u8]) -> Result<Value, BodyError> {
    if body.len() > LARGEST_BODY_BYTES {
        return Err(BodyError::TOO_LONG);
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(BodyError("the body is no JSON object")),
        Err(_) => Err(BodyError("the body is no JSON")),
    }
}

/// Reads the elements of a list, and whether the list was read to its end. A body that was cut off still has
/// the elements before the cut.
pub(crate) fn elements(body: &[u8]) -> Result<(Vec<Value>, bool), BodyError> {
    if body.len() > LARGEST_BODY_BYTES {
        return Err(BodyError::TOO_LONG);
    }
    let mut elements = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    match Gathering(&mut elements).deserialize(&mut deserializer).and_then(|()| deserializer.end()) {
        Ok(()) => Ok((elements, true)),
        Err(error) if error.is_eof() && !elements.is_empty() => Ok((elements, false)),
        Err(_) => Err(BodyError("the body is no JSON list")),
    }
}

/// Keeps the elements that were read when reading fails.
struct Gathering<'a>(&'a mut Vec<Value>);

impl<'de> DeserializeSeed<'de> for Gathering<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Gathering<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element_seed(Element)? {
            self.0.push(element);
        }
        Ok(())
    }
}

struct Element;

impl<'de> DeserializeSeed<'de> for Element {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }
}

/// A member that is a text, and not an empty one.
pub(crate) fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A member that is a text or a number, as text.
pub(crate) fn word<'a>(object: &'a Value, name: &str) -> Option<Cow<'a, str>> {
    match object.get(name)? {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A member that is a list; empty if there is none.
pub(crate) fn list<'a>(object: &'a Value, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_was_cut_off_tells_what_stands_before_the_cut() {
        assert_eq!(elements(b"[{\"a\":1},{\"a\":2}]"), Ok((vec![a(1), a(2)], true)));
        assert_eq!(elements(b"[{\"a\":1},{\"a\":2},{\"a\""), Ok((vec![a(1), a(2)], false)));
        assert_eq!(elements(b"[]"), Ok((Vec::new(), true)));
        for no_list in ["", "{}", "[{\"a\"", "[1] 2", "[1}"] {
            assert!(elements(no_list.as_bytes()).is_err(), "{no_list}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        assert!(object("{\"a\":".repeat(1000).as_bytes()).is_err());
        assert_eq!(object(&vec![b' '; LARGEST_BODY_BYTES + 1]), Err(BodyError::TOO_LONG));
    }

    fn a(number: u8) -> Value {
        serde_json::json!({ "a": number })
    }
}
