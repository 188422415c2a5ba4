//! Refuses values that TOML allows and a pair does not.

use std::collections::BTreeSet;

use databricks::{FAMILIES, KINDS};
use failover::MapEntry;
use toml::Spanned;
use url::{Host, Url};

use super::offence::Offence;
use super::pair_file::{Config, RunnerConfig, SideConfig};
use super::{objectives, watch_check, webhook_check};

pub(super) fn check(config: &Config) -> Result<(), Offence> {
    let primary = check_side("primary", &config.primary)?;
    let standby = check_side("standby", &config.standby)?;
    if primary.host() == standby.host() && primary.port_or_known_default() == standby.port_or_known_default() {
        let message = "primary and standby are the same workspace: give each side its own url".to_owned();
        return Err(Offence { start: config.standby.url.span().start, message });
    }
    for (family, rate) in &config.limits {
        check_limit(family, rate)?;
    }
    if *config.policy.checkpoint_age_minutes.get_ref() < 1 {
        let message = "checkpoint_age_minutes must be at least 1".to_owned();
        return Err(Offence { start: config.policy.checkpoint_age_minutes.span().start, message });
    }
    check_map(&config.map)?;
    objectives::check(&config.objectives)?;
    watch_check::check(config)?;
    webhook_check::check(config)?;
    check_runner(&config.runner)
}

/// Refuses a misspelled entry, which would otherwise show only in an incident: as a job without a clear
/// counterpart.
fn check_map(map: &[Spanned<MapEntry>]) -> Result<(), Offence> {
    let kinds: Vec<&str> =
        KINDS.iter().map(|kind| kind.info()).filter(|kind| kind.fenced).map(|kind| kind.name).collect();
    let mut seen = BTreeSet::new();
    for spanned in map {
        let (start, entry) = (spanned.span().start, spanned.get_ref());
        if !kinds.contains(&entry.kind.as_str()) {
            let message = format!("{:?} is no kind: use one of {}", entry.kind, kinds.join(", "));
            return Err(Offence { start, message });
        }
        for (side, id) in [("primary", &entry.primary), ("standby", &entry.standby)] {
            if !seen.insert((&entry.kind, side, id)) {
                let message = format!("{} {id} of the {side} is mapped twice: keep one of the entries", entry.kind);
                return Err(Offence { start, message });
            }
        }
    }
    Ok(())
}

fn check_side(side: &str, config: &SideConfig) -> Result<Url, Offence> {
    let start = config.url.span().start;
    let offence = |message: String| Offence { start, message };
    let text = config.url.get_ref();
    let url = Url::parse(text).map_err(|e| {
        offence(format!(
            "url of the {side} is no address ({e}): write the workspace's url, e.g. https://adb-1.cloud.databricks.com"
        ))
    })?;
    let loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(offence(format!("url of the {side} names no host: write https://<workspace>"))),
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err(offence(format!(
            "url of the {side} is not safe to send credentials to: use https (http only on loopback)"
        )));
    }
    if url.path() != "/" || url.query().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(offence(format!(
            "url of the {side} holds more than scheme, host and port: remove the rest, and replace what was a secret in it"
        )));
    }
    match (&config.client_id, &config.client_secret, &config.token) {
        (Some(_), Some(_), None) | (None, None, Some(_)) => Ok(url),
        (None, None, None) => {
            Err(offence(format!("the {side} has no credentials: add client_id and client_secret, or token")))
        }
        (Some(_), None, None) => Err(offence(format!("the {side} has a client_id and no client_secret: add it"))),
        (None, Some(_), None) => Err(offence(format!("the {side} has a client_secret and no client_id: add it"))),
        (_, _, Some(_)) => {
            Err(offence(format!("the {side} has both a token and OAuth credentials: keep client_id and client_secret")))
        }
    }
}

fn check_limit(family: &Spanned<String>, rate: &Spanned<f64>) -> Result<(), Offence> {
    if !FAMILIES.iter().any(|known| known.name == family.get_ref()) {
        let known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
        let message = format!("{:?} is no API family: use one of {}", family.get_ref(), known.join(", "));
        return Err(Offence { start: family.span().start, message });
    }
    if !rate.get_ref().is_finite() || *rate.get_ref() <= 0.0 {
        let message = format!("a limit of {} requests per second must be above 0", rate.get_ref());
        return Err(Offence { start: rate.span().start, message });
    }
    Ok(())
}

fn check_runner(runner: &RunnerConfig) -> Result<(), Offence> {
    let all = [
        ("lease_seconds", &runner.lease_seconds),
        ("skew_seconds", &runner.skew_seconds),
        ("call_time_out_seconds", &runner.call_time_out_seconds),
        ("dead_time_out_seconds", &runner.dead_time_out_seconds),
        ("pursuit_interval_seconds", &runner.pursuit_interval_seconds),
        ("longest_pause_seconds", &runner.longest_pause_seconds),
    ];
    for (name, value) in all {
        if let Some(value) = value
            && !(value.get_ref().is_finite() && *value.get_ref() > 0.0)
        {
            let message = format!("{name} must be above 0");
            return Err(Offence { start: value.span().start, message });
        }
    }
    let seconds = |value: &Option<Spanned<f64>>, default: f64| value.as_ref().map_or(default, |v| *v.get_ref());
    let needed = 1.5 * (seconds(&runner.call_time_out_seconds, 10.0) + seconds(&runner.skew_seconds, 5.0));
    let lease = seconds(&runner.lease_seconds, 30.0);
    // A lease is renewed after a third of its time, so two thirds are always left. The margin must fit into them.
    if lease < needed {
        let start = [&runner.lease_seconds, &runner.call_time_out_seconds, &runner.skew_seconds]
            .into_iter()
            .flatten()
            .map(|value| value.span().start)
            .next();
        let message = format!(
            "a lease of {lease} s leaves no room for a call: it must be at least {needed} s, one and a half times time-out plus skew"
        );
        return Err(Offence { start: start.unwrap_or(0), message });
    }
    Ok(())
}
