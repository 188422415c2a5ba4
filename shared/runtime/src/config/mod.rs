//! Reads the configuration of one pair from a TOML file. An error names one place of it.
//!
//! The file contains no secret. It names the variable or the file that holds one.

mod check;
mod checked;
mod config_error;
mod declared;
pub mod drills;
#[cfg(test)]
mod exposed;
mod objectives;
mod offence;
mod pair_file;
pub mod probes;
mod secret;
mod untold;
mod watch_check;
mod watch_config;
pub mod watching;
mod webhook_check;
mod webhook_config;
pub mod webhooks;

pub use checked::Checked;
pub use config_error::ConfigError;
pub use declared::Declared;
pub use objectives::ObjectivesConfig;
pub use pair_file::{AccountConfig, Config, PolicyConfig, RunnerConfig, SideConfig};
pub use secret::{KeptSecrets, SECRET_MISSING, SecretSource};
pub use watch_config::{ApprovalsConfig, ApproverConfig, KeyConfig, WatchConfig};
pub use webhook_config::{AlarmConfig, DatabricksPages, FeedsConfig, PageConfig, WebhookConfig};
