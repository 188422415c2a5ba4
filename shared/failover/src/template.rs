//! Texts with placeholders: messages to people, and values for tools.
//!
//! A placeholder is `{{ name }}`, in the syntax of Jinja. An unknown placeholder is an error and never an empty
//! place, because nobody reads a message twice before it is sent.

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::Value;

/// Fills in a template.
///
/// # Errors
///
/// The kind of fault and its line. The library's own detail is left out: it repeats words of the text, and any text
/// in a wrong place may be a secret (S23).
pub fn fill(template: &str, with: &impl Serialize) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .render_str(template, with)
        .map_err(|e| format!("{} in line {} of the template", e.kind(), e.line().unwrap_or(1)))
}

/// Fills in every text of a JSON value. Names of members stay as they are.
///
/// # Errors
///
/// The fault of the first text that cannot be filled in, with its position.
pub fn fill_all(value: &Value, with: &impl Serialize) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(fill(text, with)?),
        Value::Array(items) => Value::Array(items.iter().map(|item| fill_all(item, with)).collect::<Result<_, _>>()?),
        Value::Object(members) => {
            let filled = members.iter().map(|(name, member)| {
                let filled = fill_all(member, with).map_err(|e| format!("{name}: {e}"))?;
                Ok((name.clone(), filled))
            });
            Value::Object(filled.collect::<Result<_, String>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_known_is_filled_in_and_what_is_unknown_is_said() {
        let with = json!({ "host": "two.example" });
        assert_eq!(fill("jdbc://{{ host }}/", &with).as_deref(), Ok("jdbc://two.example/"));
        let told = fill("first line\n{{ hots }}", &with).unwrap_err();
        assert!(told.contains("line 2") && told.contains("undefined"), "{told}");
        assert!(fill("{{ host", &with).is_err());
    }

    #[test]
    fn no_word_of_a_wrong_text_is_told_s23() {
        let nothing = json!({});
        for before in ["{{ ", "{{", "{% ", "{# ", "{{ a | ", "{% if ", "{{ a.", "{{ \"a", "{% include '", "{{ a() + "] {
            for after in ["", " }}", " %}", "\\", "\" }}", "() }}", "' %}"] {
                if let Err(told) = fill(&format!("{before}dapi0123456789{after}"), &nothing) {
                    assert!(!told.contains("dapi0123456789"), "{before} {after}: {told}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_text_deep_inside_is_named_by_its_place() {
        let with = json!({ "host": "two.example" });
        let settings = json!({ "body": { "to": ["{{ host }}", 3] } });
        assert_eq!(fill_all(&settings, &with), Ok(json!({ "body": { "to": ["two.example", 3] } })));
        let told = fill_all(&json!({ "body": { "to": "{{ hots }}" } }), &with).unwrap_err();
        assert!(told.starts_with("body: to: "), "{told}");
    }
}
