//! Reads the place of a secret from a configuration, with an error that never contains the secret (S23).

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The message for a setting that should name the place of a secret and does not.
pub const NO_PLACE: &str = "a secret's value must not stand here: write { env = \"NAME\" } or { file = \"PATH\" }, and \
                            replace the secret if it stood here, since it was exposed";

/// The beginnings of secrets that resemble names [docs: Databricks personal access tokens and OAuth secrets].
const SECRETS: [&str; 2] = ["dapi", "dose"];

/// The name of a secret's place. It never contains the secret. No error repeats any other content of the setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// An environment variable.
    Env(String),
    /// A file. Its content, without the last line break, is the secret.
    File(String),
}

impl SecretPlace {
    /// The place that a setting names, if it names one.
    pub fn of(setting: &Value) -> Option<Self> {
        let members = setting.as_object().filter(|members| members.len() == 1)?;
        let (key, value) = members.iter().next()?;
        let named = value.as_str().filter(|named| !SECRETS.iter().any(|secret| named.starts_with(secret)))?;
        match key.as_str() {
            "env" if is_variable(named) => Some(SecretPlace::Env(named.to_owned())),
            "file" if !named.is_empty() && !named.contains('\n') => Some(SecretPlace::File(named.to_owned())),
            _ => None,
        }
    }

    /// The setting that names this place.
    pub fn setting(&self) -> Value {
        match self {
            SecretPlace::Env(name) => serde_json::json!({ "env": name }),
            SecretPlace::File(path) => serde_json::json!({ "file": path }),
        }
    }
}

impl<'de> Deserialize<'de> for SecretPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SecretPlace::of(&setting_of(deserializer)?).ok_or_else(|| D::Error::custom(NO_PLACE))
    }
}

/// Reads the setting that may name a place. An error of another crate may repeat its content. So the error of that
/// crate is kept only if the setting is missing.
///
/// # Errors
///
/// The setting is missing, or it cannot be read.
pub fn setting_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer).map_err(|error| {
        if error.to_string().starts_with("missing field") { error } else { D::Error::custom(NO_PLACE) }
    })
}

fn is_variable(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(is_letter) && name.starts_with(|first: char| !first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_read_and_written_alike() {
        for setting in [json!({ "env": "PRIMARY_SECRET" }), json!({ "file": "/run/secrets/primary" })] {
            let place: SecretPlace = serde_json::from_value(setting.clone()).unwrap();
            assert_eq!(place.setting(), setting);
        }
    }

    #[test]
    fn that_nothing_stands_there_is_told() {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "only its error is looked at")]
        struct Side {
            token: SecretPlace,
        }
        let told = serde_json::from_value::<Side>(json!({})).unwrap_err().to_string();
        assert_eq!(told, "missing field `token`");
    }

    #[test]
    fn anything_else_is_refused_and_not_repeated_s23() {
        let secret = "dapi0123456789";
        let wrong = [
            json!(secret),
            json!([secret]),
            json!({ "value": secret }),
            json!({ secret: 1 }),
            json!({ "env": secret }),
            json!({ "file": secret }),
            json!({ "env": "A B" }),
            json!({ "env": { "env": secret } }),
            json!({ "env": "A", "file": secret }),
            json!(421_197),
            json!(null),
        ];
        for setting in wrong {
            let told = serde_json::from_value::<SecretPlace>(setting.clone()).unwrap_err();
            assert_eq!(told.to_string(), NO_PLACE, "{setting}");
        }
    }
}
