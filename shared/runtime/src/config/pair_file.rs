//! The content of the file, as TOML gives it.

use std::collections::BTreeMap;

use failover::MapEntry;
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::drills::DrillConfig;
use super::objectives::ObjectivesConfig;
use super::probes::HealthApiConfig;
use super::secret::SecretSource;
use super::watch_config::{ApprovalsConfig, ApproverConfig, WatchConfig};
use super::webhook_config::{AlarmConfig, FeedsConfig, WebhookConfig};

/// The content of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The pair's name, e.g. `payments`.
    pub pair: Spanned<String>,
    /// The workspace with the role of the primary.
    pub primary: SideConfig,
    /// The workspace with the role of the standby.
    pub standby: SideConfig,
    /// The team's decisions.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// The objectives that the team has set.
    #[serde(default)]
    pub objectives: ObjectivesConfig,
    /// Requests per second by API family, if the limit is known.
    #[serde(default)]
    pub limits: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Durations of the engine.
    #[serde(default)]
    pub runner: RunnerConfig,
    /// The explicit map between the sides.
    #[serde(default)]
    pub map: Vec<Spanned<MapEntry>>,
    /// `[watch]`: when a side counts as lost, and the reaction to that.
    #[serde(default)]
    pub watch: WatchConfig,
    /// `[approvals]`: how people are asked by message.
    pub approvals: Option<ApprovalsConfig>,
    /// `[[approver]]`: the people who may approve.
    #[serde(default)]
    pub approver: Vec<Spanned<ApproverConfig>>,
    /// `[[probe]]`: the probes beside the usual ones.
    #[serde(default)]
    pub probe: Vec<Spanned<toml::Table>>,
    /// `[[drill]]`: the drills that start without a person.
    #[serde(default)]
    pub drill: Vec<Spanned<DrillConfig>>,
    /// `[health_api]`: whether the AWS Health API is asked.
    #[serde(default)]
    pub health_api: HealthApiConfig,
    /// `[[webhook]]`: the sources that may report health by webhook.
    #[serde(default)]
    pub webhook: Vec<WebhookConfig>,
    /// `[[alarm]]`: the CloudWatch alarms that say something of a side.
    #[serde(default)]
    pub alarm: Vec<AlarmConfig>,
    /// `[feeds]`: the status pages that are read.
    #[serde(default)]
    pub feeds: FeedsConfig,
    /// `[account]`: the Databricks account, if actions are carried out on it.
    pub account: Option<AccountConfig>,
    // These are read as [`Declared`](super::Declared). Here they are only known names.
    #[serde(default, rename = "active_active")]
    _active_active: IgnoredAny,
    #[serde(default, rename = "fence")]
    _fence: IgnoredAny,
    #[serde(default, rename = "dataset")]
    _dataset: IgnoredAny,
    #[serde(default, rename = "source")]
    _source: IgnoredAny,
    #[serde(default, rename = "route")]
    _route: IgnoredAny,
    #[serde(default, rename = "recovery")]
    _recovery: IgnoredAny,
    #[serde(default, rename = "channel")]
    _channel: IgnoredAny,
    #[serde(default, rename = "endpoint")]
    _endpoint: IgnoredAny,
    #[serde(default, rename = "validation")]
    _validation: IgnoredAny,
}

/// The Databricks account and how to sign in there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// `https://accounts.cloud.databricks.com`, or `http://` on a loopback address.
    pub url: Spanned<String>,
    /// Id of the account.
    pub account_id: String,
    /// Application id of the service principal.
    pub client_id: String,
    /// The place of the service principal's secret.
    pub client_secret: Spanned<SecretSource>,
}

/// One workspace and how to sign in there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideConfig {
    /// `https://…`, or `http://` on a loopback address.
    pub url: Spanned<String>,
    /// Application id of the service principal, for OAuth.
    pub client_id: Option<String>,
    /// The place of the service principal's secret.
    pub client_secret: Option<Spanned<SecretSource>>,
    /// The place of a personal access token, which is used instead of OAuth.
    pub token: Option<Spanned<SecretSource>>,
    /// The cloud of the workspace: `aws`, `azure` or `google`.
    pub cloud: Option<failover::signal::CloudName>,
    /// Region of the workspace, as the cloud writes it. Without it no statement of a provider can be about this
    /// side.
    pub region: Option<Spanned<String>>,
}

/// The team's decisions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Whether jobs with an interrupted run are run once on the target.
    pub run_interrupted_again: bool,
    /// In minutes, at least 1: a checkpoint of the active side that is older is a finding, and `status` and `check`
    /// say so.
    pub checkpoint_age_minutes: Spanned<i64>,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self { run_interrupted_again: true, checkpoint_age_minutes: Spanned::new(0..0, 30) }
    }
}

/// Durations of the engine, in seconds. A duration that is left out keeps its default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunnerConfig {
    /// How long a lease runs, by default 30.
    pub lease_seconds: Option<Spanned<f64>>,
    /// How far clocks may differ, by default 5.
    pub skew_seconds: Option<Spanned<f64>>,
    /// The time-out of a call, by default 10.
    pub call_time_out_seconds: Option<Spanned<f64>>,
    /// The time-out of a call to a side that is believed dead.
    pub dead_time_out_seconds: Option<Spanned<f64>>,
    /// The time between two attempts of the pursuit.
    pub pursuit_interval_seconds: Option<Spanned<f64>>,
    /// The longest pause between two attempts of any other step.
    pub longest_pause_seconds: Option<Spanned<f64>>,
}
