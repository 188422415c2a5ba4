//! Refuses values of `[[webhook]]`, `[[alarm]]` and `[feeds]` that TOML allows and a pair does not.

use std::collections::BTreeSet;

use signals::{Arrival, SOURCES, Source};
use url::Url;

use super::offence::Offence;
use super::pair_file::Config;

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

/// The address of a status page, if it is a safe one.
pub(super) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|e| format!("the page's address is none ({e}): write https://…"))?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        Ok(url)
    } else {
        Err("a status page is asked over https (http only on loopback)".to_owned())
    }
}
