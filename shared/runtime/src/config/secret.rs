//! Fetches secrets from the places where they are kept.

use engine::ports::{NO_PLACE, SecretPlace, Secrets};
use saga::{Code, Fault};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::environment::variable;

/// The place of a secret. It never holds the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "SecretPlace")]
pub enum SecretSource {
    /// Name of an environment variable.
    Env(String),
    /// Path of a file. Its content without the line breaks at its end is the secret.
    File(String),
}

impl From<SecretPlace> for SecretSource {
    fn from(place: SecretPlace) -> Self {
        match place {
            SecretPlace::Env(name) => SecretSource::Env(name),
            SecretPlace::File(path) => SecretSource::File(path),
        }
    }
}

impl SecretSource {
    /// Fetches the secret.
    ///
    /// # Errors
    ///
    /// A sentence that says what is missing. It never contains the secret.
    pub fn fetch(&self) -> Result<SecretString, String> {
        match self {
            SecretSource::Env(name) => {
                let value = variable(name).ok_or_else(|| format!("the variable {name} is not set: set it"))?;
                Ok(SecretString::from(value))
            }
            SecretSource::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| format!("the file {path} cannot be read: {e}"))?;
                Ok(SecretString::from(text.trim_end_matches(['\n', '\r']).to_owned()))
            }
        }
    }
}

/// Opens the places of secrets that the settings of actions name.
#[derive(Clone, Copy, Debug)]
pub struct KeptSecrets;

impl Secrets for KeptSecrets {
    fn open(&self, place: &Value) -> Result<SecretString, Fault> {
        let missing = |e: String| Fault::person_needed(SECRET_MISSING, e);
        let place = SecretPlace::of(place).ok_or_else(|| missing(NO_PLACE.to_owned()))?;
        SecretSource::from(place).fetch().map_err(missing)
    }
}

/// The secret is not in the place that is named for it.
pub const SECRET_MISSING: Code = Code::new("SECRET-MISSING");
