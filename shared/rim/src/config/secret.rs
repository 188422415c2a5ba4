//! Where a secret is kept.

use secrecy::SecretString;
use serde::Deserialize;

use crate::environment::variable;

/// Names the place of a secret; never holds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file whose content, without the last line break, is the secret.
    File(String),
}

impl SecretSource {
    /// Fetches the secret.
    ///
    /// # Errors
    ///
    /// A sentence that says what is missing; never the secret.
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
