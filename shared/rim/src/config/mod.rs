//! Reads the configuration of one pair from a TOML file. An error names one place of it.
//!
//! The file contains no secret. It names the variable or the file that holds one.

mod check;
mod declared;
pub mod drills;
#[cfg(test)]
mod exposed;
mod objectives;
pub mod probes;
mod secret;
mod untold;
pub mod watching;
pub mod webhooks;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use engine::ports::DeclaredProbe;
use failover::drill::DrillPolicy;
use failover::errand::Arrangements;
use failover::{MapEntry, PairName};
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use crate::errands::needs;

pub use declared::Declared;
pub use objectives::ObjectivesConfig;
pub use secret::{KeptSecrets, SECRET_MISSING, SecretSource};

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
    pub watch: watching::WatchConfig,
    /// `[approvals]`: how people are asked by message.
    pub approvals: Option<watching::ApprovalsConfig>,
    /// `[[approver]]`: the people who may approve.
    #[serde(default)]
    pub approver: Vec<Spanned<watching::ApproverConfig>>,
    /// `[[probe]]`: the probes beside the usual ones.
    #[serde(default)]
    pub probe: Vec<Spanned<toml::Table>>,
    /// `[[drill]]`: the drills that start without a person.
    #[serde(default)]
    pub drill: Vec<Spanned<drills::DrillConfig>>,
    /// `[health_api]`: whether the AWS Health API is asked.
    #[serde(default)]
    pub health_api: probes::HealthApiConfig,
    /// `[[webhook]]`: the sources that may report health by webhook.
    #[serde(default)]
    pub webhook: Vec<webhooks::WebhookConfig>,
    /// `[[alarm]]`: the CloudWatch alarms that say something of a side.
    #[serde(default)]
    pub alarm: Vec<webhooks::AlarmConfig>,
    /// `[feeds]`: the status pages that are read.
    #[serde(default)]
    pub feeds: webhooks::FeedsConfig,
    /// `[account]`: the Databricks account, if actions are carried out on it.
    pub account: Option<AccountConfig>,
    // These are read as [`Declared`]. Here they are only known names.
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

/// A configuration that cannot be used. It says where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    line: Option<usize>,
    message: String,
}

impl ConfigError {
    /// The only way to make one. It keeps values of the file that a library's message repeats out of the error.
    fn new(file: &str, line: Option<usize>, message: &str) -> Self {
        Self { file: file.to_owned(), line, message: untold::without_values(message) }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ConfigError {}

/// A configuration that was read and checked, with the text that errors need to name a place.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The content of the file.
    pub config: Config,
    /// The pair's name.
    pub pair: PairName,
    /// The declarations beside the two workspaces.
    pub arrangements: Arrangements,
    /// The declared probes, beside the usual ones.
    pub probes: Vec<DeclaredProbe>,
    /// The drills that start without a person.
    pub drills: Vec<DrillPolicy>,
    file: String,
    text: String,
}

impl Checked {
    /// Reads and checks a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is wrong, with file, line and remedy.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| {
            ConfigError::new(&file, None, &format!("cannot be read ({e}): name an existing file with --config"))
        })?;
        Self::parse(&file, &text)
    }

    /// Checks a text. Errors use `file` as the name of the file.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the first thing that is wrong, with file, line and remedy.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let unreadable = |e: toml::de::Error| {
            let line = e.span().map(|span| line_of(text, span.start));
            // Only the message is used: the whole error would show the line of the file.
            ConfigError::new(file, line, &remedy(e.message()))
        };
        let config: Config = toml::from_str(text).map_err(unreadable)?;
        let place = |start: usize, message: String| ConfigError::new(file, Some(line_of(text, start)), &message);
        let pair = PairName::new(config.pair.get_ref()).map_err(|e| place(config.pair.span().start, e))?;
        check::check(&config).map_err(|offence| place(offence.start, offence.message))?;
        let declared: Declared = toml::from_str(text).map_err(unreadable)?;
        let arrangements =
            declared::arrangements(&declared, &pair).map_err(|offence| place(offence.start, offence.message))?;
        if needs(&arrangements).aws && !cfg!(feature = "cloud") {
            let message = "an action on AWS is declared, and this build of the program reaches no AWS";
            return Err(ConfigError::new(file, None, &format!("{message}: {}", aws::errands::CLOUD_BUILD)));
        }
        if needs(&arrangements).account && config.account.is_none() {
            let message = "something is declared on the Databricks account, and there is no [account]: add it";
            return Err(ConfigError::new(file, None, message));
        }
        let probes = probes::declared(&config).map_err(|offence| place(offence.start, offence.message))?;
        let drills = drills::drills(&config).map_err(|offence| place(offence.start, offence.message))?;
        Ok(Self { config, pair, arrangements, probes, drills, file: file.to_owned(), text: text.to_owned() })
    }

    pub(crate) fn wrong(&self, start: usize, message: String) -> ConfigError {
        ConfigError::new(&self.file, Some(line_of(&self.text, start)), &message)
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}

fn remedy(message: &str) -> String {
    if message.starts_with("unknown field") {
        format!("{message}: correct the spelling or remove the line")
    } else if message.starts_with("missing field") {
        format!("{message}: add it")
    } else {
        message.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"pair = "payments"

[primary]
url = "https://one.cloud.example"
client_id = "abc"
client_secret = { env = "PRIMARY_SECRET" }

[standby]
url = "http://127.0.0.1:8080"
token = { file = "/run/secrets/standby" }

[limits]
"jobs.update" = 20.0
"#;

    /// The hash of an approval code.
    const ANA: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$ZmFrZWZha2VmYWtlZmFrZWZha2VmYWtlZmFrZWZha2U";
    const BEN: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdG9mYmVuc2FsdG9mYg$YmVuc2JlbnNiZW5zYmVuc2JlbnNiZW5zYmVuc2JlbnM";

    #[test]
    fn a_good_file_is_accepted() {
        let checked = Checked::parse("pair.toml", GOOD).unwrap();
        assert_eq!(checked.pair.as_str(), "payments");
    }

    #[test]
    fn each_mistake_is_named_with_its_line_and_a_remedy() {
        check("pair = \"payments\"", "pair = \"Pay ments\"", "line 1", "lower-case");
        check("client_id = \"abc\"", "client_idd = \"abc\"", "line 5", "correct the spelling");
        check("client_id = \"abc\"\n", "", "line 4", "client_id");
        check("url = \"http://127.0.0.1:8080\"", "url = \"http://two.cloud.example\"", "line 9", "https");
        check("url = \"http://127.0.0.1:8080\"", "url = \"https://ONE.cloud.example/\"", "line 9", "same workspace");
        check("url = \"http://127.0.0.1:8080\"", "url = \"two\"", "line 9", "https://");
        check("\"jobs.update\" = 20.0", "\"jobs.updat\" = 20.0", "line 13", "jobs.update");
        check("\"jobs.update\" = 20.0", "\"jobs.update\" = 0.0", "line 13", "above 0");
        check("\"jobs.update\" = 20.0", "\"jobs.update\" = \"fast\"", "line 13", "");
        check("token = { file", "tokens = { file", "line 10", "unknown field");
        check("{ file = \"/run/secrets/standby\" }", "\"abc\"", "line 10", "must not stand here");
        check("[limits]", "[runner]\nlease_seconds = 1\n[limits]", "line 13", "time-out");
        check("pair = ", "pair == ", "line 1", "");
        let declared = |tables: &str| format!("{tables}\n[limits]");
        let endpoint = "[[endpoint]]\nkind = \"https_call\"\nname = \"bi\"";
        check("[limits]", &declared("[[endpoint]]\nname = \"bi\""), "line 12", "no kind");
        check("[limits]", &declared("[[endpoint]]\nkind = \"jdbc_host\"\nname = \"bi\""), "line 12", "https_call");
        check("[limits]", &declared("[[source]]\nkind = \"oracle\"\nname = \"x\""), "line 12", "kafka_brokers");
        check("[limits]", &declared(endpoint), "line 12", "missing field");
        let channel = "[[channel]]\nkind = \"slack_message\"\nname = \"ops\"\nurl = { env = \"SLACK\" }";
        check(
            "[limits]",
            &declared(&format!("{channel}\nmoved = {{ text = \"{{{{ plaec }}}}\" }}")),
            "line 12",
            "target_url",
        );
        check("[limits]", &declared(&format!("{channel}\n{channel}")), "line 16", "give each its own");
        let source = "[[source]]\nkind = \"jdbc_host\"\nname = \"db\"\nport = 5432\nhost = \"{{ hots }}\"";
        check("[limits]", &declared(source), "line 12", "pair, side, url and host");
        check("[limits]", &declared("[[active_active]]\nkind = \"jbo\"\nname = \"x\""), "line 12", "sql_warehouse");
        check("[limits]", &declared("[[endpiont]]\nname = \"x\""), "line 12", "correct the spelling");
        let watch = |line: &str| format!("[watch]\n{line}\n[limits]");
        check("[limits]", &watch("policy = \"automatic\""), "line 13", "fence-then-ask");
        check("[limits]", &watch("policy = \"act\""), "line 13", "accepted_by");
        check("[limits]", &watch("origins = 1"), "line 13", "at least 2");
        check("[limits]", &watch("minutes = 20"), "line 1", "slower than going out");
        check("[limits]", &watch("minutes = 0"), "line 13", "from 1 to 1440");
        check("[limits]", &watch("minutes = 10\nclear_minutes = 5"), "line 14", "slower than going out");
        check("[limits]", "region = \"eu-west-1\"\n[limits]", "line 12", "add cloud");
        check("[limits]", "[objectives]\nrto_seconds = 0\n[limits]", "line 13", "at least 1");
        let approver = |name: &str, hash: &str| format!("[[approver]]\nname = {name:?}\ncode_hash = {hash:?}");
        let (ana, twice) = (approver("ana", ANA), approver(" ANA", BEN));
        check("[limits]", &declared(&format!("{ana}\n{twice}")), "line 15", "a name of her own");
        check("[limits]", &declared(&format!("{ana}\n{}", approver("ben", ANA))), "line 15", "the same code_hash");
        for hash in ["1234", "$argon2 pasted wrong", "$argon2id$x", &ANA[..60], "$scrypt$ln=16$c2FsdA$aGFzaA"] {
            check("[limits]", &declared(&approver("ana", hash)), "line 12", "switchback code");
        }
        let approvals = |line: &str| {
            format!("[approvals]\nkeys = [{{ id = \"1\", secret = {{ env = \"K\" }} }}]\n{line}\n{ana}\n[limits]")
        };
        check("[limits]", &approvals("people = 2"), "line 14", "[[approver]] names 1");
        check("[limits]", &approvals("people = 3"), "line 14", "1 or 2");
        check("[limits]", &approvals("escalate_minutes = 0"), "line 14", "from 1 to 1440");
        check("[limits]", &approvals("url = \"approve.example\""), "line 14", "https://");
        let both = format!("people = 2\n{}\n[watch]\npolicy = \"act\"\naccepted_by = \"ana\"", approver("ben", BEN));
        check("[limits]", &approvals(&both), "line 19", "people = 1");
        check("[limits]", "[approvals]\nkeys = []\n[limits]", "line 13", "add them");
        let entry = |kind: &str, primary: u8| {
            format!("[[map]]\nkind = {kind:?}\nprimary = \"{primary}\"\nstandby = \"9\"\n[limits]")
        };
        check("[limits]", &entry("jbo", 1), "line 12", "sql_warehouse");
        check("[limits]", &entry("job", 1).replace("[limits]", &entry("job", 2)), "line 16", "mapped twice");
    }

    fn check(from: &str, to: &str, line: &str, remedy: &str) {
        assert!(GOOD.contains(from), "{from}");
        let error = Checked::parse("pair.toml", &GOOD.replace(from, to)).expect_err(to).to_string();
        assert!(error.starts_with("pair.toml, ") && error.contains(line), "{to}: {error}");
        assert!(error.contains(remedy), "{to}: {error}");
    }
}
