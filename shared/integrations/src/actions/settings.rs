//! Reads the settings of any kind.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads settings. The error names the member that is unknown, missing or of the wrong type.
pub(crate) fn read<T: DeserializeOwned>(settings: &Value) -> Result<T, String> {
    serde_json::from_value(settings.clone()).map_err(|e| e.to_string())
}
