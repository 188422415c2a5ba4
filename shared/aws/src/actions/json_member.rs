//! Replaces the text of one member of a JSON object and leaves every other byte as it is.
//!
//! If the whole object were written anew, the order of its members and the digits of long numbers would change.
//! Other people own these.

use std::ops::Range;

/// The object `text`, in which the top-level member `name` holds the text `value`.
///
/// `text` must be a JSON object that has this member: the caller has read it. If the member is there twice, each
/// one is replaced.
pub(super) fn replaced(text: &str, name: &str, value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    let mut whole = text.to_owned();
    for place in places(text, name).into_iter().rev() {
        whole.replace_range(place, &quoted);
    }
    whole
}

/// The ranges of the member's values.
fn places(text: &str, name: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut places, mut depth, mut at) = (Vec::new(), 0_usize, 0);
    // The last string at the top level that is not yet known to be a name or a value.
    let mut last: Option<Range<usize>> = None;
    let mut named = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(bytes, at);
                if depth == 1 {
                    if named {
                        places.push(at..end);
                        named = false;
                    }
                    last = Some(at..end);
                }
                at = end;
                continue;
            }
            b':' if depth == 1 => {
                let key = last.take().and_then(|range| text.get(range));
                named = key.and_then(|key| serde_json::from_str::<String>(key).ok()).is_some_and(|key| key == name);
            }
            b',' if depth == 1 => named = false,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    places
}

/// The index just after the string's closing quotation mark.
fn end_of_string(bytes: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_byte_stays() {
        let secret = "{ \"z\": 12345678901234567890.10,\n  \"host\" : \"one.example\", \"deep\": {\"host\": \"x\"}, \"a\": \"host\"}";
        let expected = "{ \"z\": 12345678901234567890.10,\n  \"host\" : \"two.example\", \"deep\": {\"host\": \"x\"}, \"a\": \"host\"}";
        assert_eq!(replaced(secret, "host", "two.example"), expected);
    }

    #[test]
    fn quotation_marks_and_escapes_are_kept_apart() {
        let secret = r#"{"a\"b":"x\\","ho\u0073t":"é \"one\"","p":["host","q"]}"#;
        assert_eq!(replaced(secret, "host", "t\"wo"), r#"{"a\"b":"x\\","ho\u0073t":"t\"wo","p":["host","q"]}"#);
        assert_eq!(replaced(secret, "a\"b", "y"), r#"{"a\"b":"y","ho\u0073t":"é \"one\"","p":["host","q"]}"#);
    }
}
