//! Reads the settings of a probe: the host that it checks.

use engine::ports::kind_settings;
use serde::Deserialize;
use serde_json::Value;

use crate::actions::check_host;

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
    pub(super) fn of(kind: &str, settings: &Value) -> Result<Self, String> {
        let found: Self = kind_settings::read(&format!("probe {kind}"), settings)?;
        if let Some(host) = &found.host {
            check_host(host, found.port)?;
        }
        Ok(found)
    }
}
