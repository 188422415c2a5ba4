//! Reads the settings of a probe: the host that it checks.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::actions::{check_host, read};

/// The settings of every kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// By default the host of the workspace.
    pub(super) host: Option<String>,
    #[serde(default = "https")]
    pub(super) port: u16,
}

fn https() -> u16 {
    443
}

impl Settings {
    /// Reads and checks settings.
    pub(super) fn of(settings: &Value) -> Result<Self, String> {
        let settings = if settings.is_null() { &Value::Object(Map::new()) } else { settings };
        let found: Self = read(settings)?;
        if let Some(host) = &found.host {
            check_host(host, found.port)?;
        }
        Ok(found)
    }
}
