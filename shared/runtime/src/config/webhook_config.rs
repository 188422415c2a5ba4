//! The sections about sources that report health: `[[webhook]]`, `[[alarm]]`, `[feeds]`.

use failover::Side;
use failover::signal::{CloudName, Reading};
use serde::Deserialize;
use toml::Spanned;

use super::secret::SecretSource;

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
pub(super) struct Asked<'a> {
    /// Name of the source.
    pub(super) source: &'static str,
    /// The cloud of the sides.
    pub(super) cloud: CloudName,
    /// The configured address, with its place in the file.
    pub(super) own: Option<&'a Spanned<String>>,
    /// The address of the page's owner.
    pub(super) usual: Option<&'static str>,
}

impl FeedsConfig {
    /// The pages that are read, if a side is in their cloud.
    pub(super) fn asked(&self) -> Vec<Asked<'_>> {
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
