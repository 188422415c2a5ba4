//! Reads the settings of an action: an unknown member is refused, and a missing one is named.
//!
//! Law: pure. No message repeats the text of a setting, because a secret may be there by mistake (S23).
//! Must not know: any kind.

use engine::codes::ACTION_SETTINGS;
use engine::ports::kind_settings;
use failover::Side;
use saga::Fault;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads settings.
///
/// # Errors
///
/// A sentence that says what is wrong, with the remedy.
pub(crate) fn read<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, String> {
    kind_settings::read(&format!("action {kind}"), settings)
}

/// Reads the settings of a step. They were checked when the step was planned.
pub(crate) fn of_step<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, Fault> {
    read(kind, settings).map_err(|said| Fault::person_needed(ACTION_SETTINGS, said))
}

/// Refuses an empty text.
pub(crate) fn filled(kind: &str, name: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err(format!("action {kind}: {name} is empty: fill it in")) } else { Ok(()) }
}

/// An id. People write it as a number or as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) if !text.trim().is_empty() => Ok(Id(text)),
            Value::Number(number) if number.is_u64() => Ok(Id(number.to_string())),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                Err(D::Error::custom("an id is neither a text nor a whole number"))
            }
        }
    }
}

/// An id for each side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sides {
    primary: Id,
    standby: Id,
}

impl Sides {
    pub(crate) fn of(&self, side: Side) -> &str {
        match side {
            Side::Primary => &self.primary.0,
            Side::Standby => &self.standby.0,
        }
    }

    /// Refuses the same id for both sides.
    pub(crate) fn check(&self, kind: &str, name: &str) -> Result<(), String> {
        if self.primary == self.standby {
            return Err(format!("action {kind}: {name} names the same for both sides: give each side its own"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plain {
        name: String,
        ids: Option<Sides>,
    }

    fn refused(settings: &Value) -> String {
        read::<Plain>("x", settings).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_remedy() {
        assert_eq!(refused(&json!({})), "action x: missing field `name`: add it");
        assert_eq!(
            refused(&json!({ "name": "a", "nam": 1 })),
            "action x: unknown field `nam`, expected `name` or `ids`: correct its name or take it out"
        );
        assert_eq!(refused(&json!([])), "action x: its settings are no table: name each setting and its value");
        let same = json!({ "primary": 7, "standby": "7" });
        let read = read::<Sides>("x", &same).unwrap();
        assert!(read.check("x", "ids").unwrap_err().contains("give each side its own"));
    }

    #[test]
    fn a_text_in_the_wrong_place_is_not_repeated_s23() {
        let said = refused(&json!({ "name": "a", "ids": "hun\"ter2" }));
        assert!(!said.contains("hun") && !said.contains("ter2") && said.ends_with("correct it"), "{said}");
        let said = refused(&json!({ "name": "a", "ids": { "primary": "a", "standby": ["hunter2"] } }));
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[test]
    fn ids_are_read_from_numbers_and_texts() {
        let sides: Sides = read("x", &json!({ "primary": 7010, "standby": "7011" })).unwrap();
        assert_eq!((sides.of(Side::Primary), sides.of(Side::Standby)), ("7010", "7011"));
    }
}
