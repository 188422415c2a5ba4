//! Reads the settings of an action or a probe: an unknown member is refused, and a missing one is named.
//!
//! Law: pure. No message repeats the text of a setting, because a secret may be there by mistake (S23).
//! Must not know: any kind.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads the settings of a kind. `owner` names it in the message, e.g. `action sign_in`.
///
/// # Errors
///
/// One sentence that says what is wrong, with the remedy.
pub fn read<T: DeserializeOwned>(owner: &str, settings: &Value) -> Result<T, String> {
    let settings = match settings {
        Value::Null => Value::Object(Map::new()),
        Value::Object(_) => settings.clone(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(format!("{owner}: its settings are no table: name each setting and its value"));
        }
    };
    T::deserialize(settings).map_err(|e| {
        let said = e.to_string();
        let remedy = match said.split_once(' ') {
            Some(("unknown", _)) => "correct its name or take it out",
            Some(("missing", _)) => "add it",
            Some(_) | None => "correct it",
        };
        format!("{owner}: {}: {remedy}", without_values(&said))
    })
}

/// Removes the value that `serde_json` quotes in its message about a wrong type.
fn without_values(said: &str) -> String {
    let around = said.split_once("string \"").and_then(|(before, rest)| Some((before, rest.rsplit_once('"')?.1)));
    around.map_or_else(|| said.to_owned(), |(before, after)| format!("{before}text{after}"))
}
