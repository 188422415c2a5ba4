//! Reads the settings of any kind.

use engine::ports::kind_settings;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads settings. The error names the member that is unknown, missing or of the wrong type.
pub(crate) fn read<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, String> {
    kind_settings::read(&format!("action {kind}"), settings)
}
