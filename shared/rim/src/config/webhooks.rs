//! Reads the sources that report health: `[[webhook]]`, `[[alarm]]`, `[feeds]`.
//!
//! A webhook exists if it is configured. A status page is read if a side is in its cloud and the page is not
//! switched off.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::ports::Feed;
use failover::Side;
use failover::signal::{CloudName, Reading, Watched};
use outside::Web;
use secrecy::ExposeSecret;
use serde::Deserialize;
use signals::{Alarm, Arrival, Door, Gates, Page, SOURCES, Source, source};
use toml::Spanned;
use url::Url;

use super::check::Offence;
use super::secret::SecretSource;
use super::watching::watch;
use super::{Checked, Config, ConfigError};

/// In characters: a shorter secret can be guessed.
const SHORTEST_SECRET: usize = 32;

/// One webhook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Name of the source.
    pub source: Spanned<String>,
    /// The place of the secret that the caller shows: at least 32 random characters.
    pub secret: Spanned<SecretSource>,
}

/// One CloudWatch alarm that says something of a side.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmConfig {
    /// Name of the alarm, or the beginning of it before a `*`.
    pub name: Spanned<String>,
    /// The side that the alarm is about. If it is left out, it is the side in the alarm's own region.
    pub side: Option<Side>,
    /// The reading while the alarm is on: `down` or `degraded`.
    #[serde(default = "down")]
    pub reading: Spanned<Reading>,
}

fn down() -> Spanned<Reading> {
    Spanned::new(0..0, Reading::Down)
}

/// The status pages.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeedsConfig {
    /// The pages of Databricks, one for each cloud.
    pub databricks_status: DatabricksPages,
    /// The feed of Azure.
    pub azure_status: PageConfig,
    /// The list of Google Cloud.
    pub google_status: PageConfig,
}

/// A status page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageConfig {
    /// Whether it is read.
    pub enabled: bool,
    /// Address of the page. If it is left out, it is the address of the page's owner.
    pub url: Option<Spanned<String>>,
}

impl Default for PageConfig {
    fn default() -> Self {
        Self { enabled: true, url: None }
    }
}

/// The pages of Databricks. An address that is left out is that of Databricks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabricksPages {
    /// Whether they are read.
    pub enabled: bool,
    /// Address of the page for AWS.
    pub aws: Option<Spanned<String>>,
    /// Address of the page for Azure.
    pub azure: Option<Spanned<String>>,
    /// Address of the page for Google Cloud. We know no usual address of it: without this setting it is not read.
    pub google: Option<Spanned<String>>,
}

impl Default for DatabricksPages {
    fn default() -> Self {
        Self { enabled: true, aws: None, azure: None, google: None }
    }
}

/// Status.io's public API, with the id of the page of Databricks on AWS.
const DATABRICKS_ON_AWS: &str = "https://api.status.io/1.0/status/5cf02dde58a00904bda41926";
/// The same for the page of Azure Databricks.
const DATABRICKS_ON_AZURE: &str = "https://api.status.io/1.0/status/5d49ec10226b9e13cb6a422e";
/// `status.azure.com` is not used, because it leads to an instance near the caller.
const AZURE: &str = "https://rssfeed.azure.status.microsoft/en-us/status/feed/";
/// All incidents of Google Cloud.
const GOOGLE: &str = "https://status.cloud.google.com/incidents.json";

/// A page that is read: its source, the cloud of the sides that it is about, and its address.
struct Asked<'a> {
    source: &'static str,
    cloud: CloudName,
    /// The configured address, with its place in the file.
    own: Option<&'a Spanned<String>>,
    usual: Option<&'static str>,
}

impl FeedsConfig {
    fn asked(&self) -> Vec<Asked<'_>> {
        let databricks = |cloud, own, usual| Asked { source: "databricks_status", cloud, own, usual };
        let mut asked = Vec::new();
        if self.databricks_status.enabled {
            let pages = &self.databricks_status;
            asked.push(databricks(CloudName::Aws, pages.aws.as_ref(), Some(DATABRICKS_ON_AWS)));
            asked.push(databricks(CloudName::Azure, pages.azure.as_ref(), Some(DATABRICKS_ON_AZURE)));
            asked.push(databricks(CloudName::Google, pages.google.as_ref(), None));
        }
        for (source, page, cloud, usual) in [
            ("azure_status", &self.azure_status, CloudName::Azure, AZURE),
            ("google_status", &self.google_status, CloudName::Google, GOOGLE),
        ] {
            if page.enabled {
                asked.push(Asked { source, cloud, own: page.url.as_ref(), usual: Some(usual) });
            }
        }
        asked
    }
}

/// Refuses values that TOML allows and a pair does not.
pub(super) fn check(config: &Config) -> Result<(), Offence> {
    for webhook in &config.webhook {
        let name = &webhook.source;
        if !callers().contains(&name.get_ref().as_str()) {
            let message = format!("{:?} calls no webhook: use one of {}", name.get_ref(), callers().join(", "));
            return Err(Offence { start: name.span().start, message });
        }
    }
    let mut names = BTreeSet::new();
    for alarm in &config.alarm {
        let (start, name) = (alarm.name.span().start, alarm.name.get_ref());
        if name.trim_end_matches('*').trim().is_empty() || !names.insert(name) {
            let message =
                format!("alarm {name:?}: give each alarm once, by its name or the beginning of it before a *");
            return Err(Offence { start, message });
        }
        if !alarm.reading.get_ref().is_bad() {
            let message = format!("alarm {name:?}: an alarm that rings reads down or degraded");
            return Err(Offence { start: alarm.reading.span().start, message });
        }
        if alarm.side.is_none() && [&config.primary, &config.standby].iter().all(|side| side.region.is_none()) {
            let message = format!("alarm {name:?}: add its side, or the regions of the sides");
            return Err(Offence { start, message });
        }
    }
    for asked in config.feeds.asked() {
        if let Some(own) = asked.own {
            address(own.get_ref()).map_err(|message| Offence { start: own.span().start, message })?;
        }
    }
    Ok(())
}

/// The sources that call webhooks.
fn callers() -> Vec<&'static str> {
    let calls = |source: &&&dyn Source| matches!(source.arrival(), Arrival::Webhook { .. });
    SOURCES.iter().filter(calls).map(|source| source.name()).collect()
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("the page's address is none ({e}): write https://…"))?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        Ok(url)
    } else {
        Err("a status page is asked over https (http only on loopback)".to_owned())
    }
}

/// The webhooks of a configuration.
///
/// # Errors
///
/// [`ConfigError`] if a secret cannot be fetched or is too short.
pub fn gates(checked: &Checked) -> Result<Gates, ConfigError> {
    let mut doors = Vec::new();
    for webhook in &checked.config.webhook {
        let (name, start) = (webhook.source.get_ref(), webhook.secret.span().start);
        let secret = webhook.secret.get_ref().fetch().map_err(|e| checked.wrong(start, e))?;
        if secret.expose_secret().len() < SHORTEST_SECRET {
            let message =
                format!("the secret of webhook {name:?} is shorter than 32 characters: make a longer one by chance");
            return Err(checked.wrong(start, message));
        }
        let source = source(name).ok_or_else(|| checked.wrong(webhook.source.span().start, "no source".to_owned()))?;
        doors.push(Door { source, secret });
    }
    let alarm = |alarm: &AlarmConfig| Alarm {
        name: alarm.name.get_ref().clone(),
        side: alarm.side,
        reading: *alarm.reading.get_ref(),
    };
    Ok(Gates { doors, alarms: checked.config.alarm.iter().map(alarm).collect() })
}

/// The status pages that are read.
///
/// # Errors
///
/// [`ConfigError`] if an address is refused.
pub fn feeds(checked: &Checked, web: &Arc<dyn Web>) -> Result<Vec<Arc<dyn Feed>>, ConfigError> {
    let watched = watch(checked, false)?.watched;
    let mut feeds: Vec<Arc<dyn Feed>> = Vec::new();
    for asked in checked.config.feeds.asked() {
        let sides: Vec<_> = watched.sides.iter().filter(|side| side.cloud == asked.cloud).cloned().collect();
        let at = asked.own.map_or(0, |own| own.span().start);
        let Some(text) = asked.own.map(|own| own.get_ref().as_str()).or(asked.usual) else { continue };
        let Some(source) = source(asked.source).filter(|_| !sides.is_empty()) else { continue };
        let url = address(text).map_err(|e| checked.wrong(at, e))?;
        let watched = Watched { sides, services: watched.services.clone() };
        feeds.push(Arc::new(Page { source, url, watched, web: Arc::clone(web) }));
    }
    Ok(feeds)
}

#[cfg(test)]
mod tests {
    use outside::Network;

    use super::*;

    const PAIR: &str = r#"pair = "payments"
[primary]
url = "https://one.cloud.example"
token = { file = "/run/secrets/primary" }
cloud = "aws"
region = "us-east-1"
[standby]
url = "https://two.cloud.example"
token = { file = "/run/secrets/standby" }
cloud = "azure"
region = "westeurope"
"#;

    #[test]
    fn each_mistake_is_named_with_its_line_and_a_remedy() {
        let webhook = |source: &str| format!("[[webhook]]\nsource = {source:?}\nsecret = {{ env = \"S\" }}");
        refused(&webhook("datadgo"), "line 13", "use one of databricks_status_webhook, datadog, dynatrace, operator");
        refused(&webhook("aws_health"), "line 13", "calls no webhook");
        refused("[[webhook]]\nsource = \"datadog\"", "line 12", "missing field `secret`");
        refused("[[alarm]]\nname = \"*\"", "line 13", "by its name");
        refused("[[alarm]]\nname = \"a\"\n[[alarm]]\nname = \"a\"", "line 15", "each alarm once");
        refused("[[alarm]]\nname = \"a\"\nreading = \"healthy\"", "line 14", "down or degraded");
        refused("[[alarm]]\nname = \"a\"\nside = \"left\"", "line 14", "primary");
        refused("[feeds]\nazure_status = { url = \"http://a.example\" }", "line 13", "https");
        refused("[feeds]\nazure_status = { ulr = \"\" }", "line 13", "correct the spelling");
        refused("[feeds.databricks_status]\naws = \"page\"", "line 13", "write https://");
    }

    #[test]
    fn the_pages_of_the_clouds_that_the_sides_stand_in_are_asked() {
        assert_eq!(asked(""), ["databricks_status", "databricks_status", "azure_status"]);
        assert_eq!(asked("[feeds]\nazure_status = { enabled = false }"), ["databricks_status", "databricks_status"]);
        assert_eq!(asked("[feeds.databricks_status]\nenabled = false"), ["azure_status"]);
    }

    #[test]
    fn a_webhook_needs_its_secret_and_a_long_one() {
        let folder = std::env::temp_dir().join("switchback-webhook-secret");
        std::fs::write(&folder, "too short\n").unwrap();
        let text = |path: &str| format!("{PAIR}[[webhook]]\nsource = \"datadog\"\nsecret = {{ file = {path:?} }}\n");
        let told =
            |path: &str| gates(&Checked::parse("pair.toml", &text(path)).unwrap()).map(|gates| gates.doors.len());
        let short = told(folder.to_str().unwrap()).unwrap_err().to_string();
        assert!(short.starts_with("pair.toml, line 14: ") && short.contains("32 characters"), "{short}");
        assert!(told("/nowhere/secret").unwrap_err().to_string().contains("cannot be read"));
        std::fs::write(&folder, "0123456789abcdef0123456789abcdef\n").unwrap();
        assert_eq!(told(folder.to_str().unwrap()), Ok(1));
        std::fs::remove_file(&folder).unwrap();
    }

    fn asked(more: &str) -> Vec<&'static str> {
        let checked = Checked::parse("pair.toml", &format!("{PAIR}{more}")).unwrap();
        let web: Arc<dyn Web> = Arc::new(Network::new().unwrap());
        feeds(&checked, &web).unwrap().iter().map(|feed| feed.source()).collect()
    }

    fn refused(more: &str, line: &str, remedy: &str) {
        let error = Checked::parse("pair.toml", &format!("{PAIR}{more}\n")).expect_err(more).to_string();
        assert!(error.contains(line) && error.contains(remedy), "{more}: {error}");
    }
}
