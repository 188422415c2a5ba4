//! Makes the sources that report health from `[[webhook]]`, `[[alarm]]`, `[feeds]`.
//!
//! A webhook exists if it is configured. A status page is read if a side is in its cloud and the page is not
//! switched off.

use std::sync::Arc;

use engine::ports::Feed;
use integrations::Web;
use secrecy::ExposeSecret;
use signals::{Alarm, Door, Gates, Page, source};

use super::checked::Checked;
use super::config_error::ConfigError;
use super::watching::watched;
use super::webhook_check::address;
use super::webhook_config::AlarmConfig;

/// In characters: a shorter secret can be guessed.
const SHORTEST_SECRET: usize = 32;

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
    let watched = watched(checked);
    let mut feeds: Vec<Arc<dyn Feed>> = Vec::new();
    for asked in checked.config.feeds.asked() {
        let is_there = watched.sides.iter().any(|side| side.cloud == asked.cloud);
        let at = asked.own.map_or(0, |own| own.span().start);
        let Some(text) = asked.own.map(|own| own.get_ref().as_str()).or(asked.usual) else { continue };
        let Some(source) = source(asked.source).filter(|_| is_there) else { continue };
        let url = address(text).map_err(|e| checked.wrong(at, e))?;
        feeds.push(Arc::new(Page { source, url, cloud: asked.cloud, web: Arc::clone(web) }));
    }
    Ok(feeds)
}

#[cfg(test)]
mod tests {
    use integrations::Network;

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
