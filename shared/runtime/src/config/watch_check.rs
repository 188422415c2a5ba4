//! Refuses values of `[watch]`, `[approvals]` and `[[approver]]` that TOML allows and a pair does not.

use std::collections::BTreeSet;

use engine::approvals::{folded, is_code_hash};
use url::Url;

use super::offence::Offence;
use super::pair_file::Config;
use super::watch_config::mode;

/// Refuses values that TOML allows and a pair does not.
pub(super) fn check(config: &Config) -> Result<(), Offence> {
    let watch = &config.watch;
    mode(watch).map_err(|message| Offence { start: watch.policy.span().start, message })?;
    if *watch.origins.get_ref() < 2 {
        let message = "origins must be at least 2: one that is wrong must not move anything".to_owned();
        return Err(Offence { start: watch.origins.span().start, message });
    }
    let durations = [
        ("minutes", &watch.minutes),
        ("clear_minutes", &watch.clear_minutes),
        ("cool_down_minutes", &watch.cool_down_minutes),
        ("veto_minutes", &watch.veto_minutes),
    ];
    for (name, minutes) in durations {
        if !(1..=1_440).contains(minutes.get_ref()) {
            return Err(Offence { start: minutes.span().start, message: format!("{name} must be from 1 to 1440") });
        }
    }
    let (fires, clears) = (*watch.minutes.get_ref(), *watch.clear_minutes.get_ref());
    // The track of a probe holds two hours.
    if clears < fires || fires + clears > 100 {
        let message = format!(
            "clear_minutes is {clears} and minutes is {fires}: going back must be slower than going out, and both \
             together at most 100"
        );
        return Err(Offence { start: watch.clear_minutes.span().start, message });
    }
    for side in [&config.primary, &config.standby] {
        if let (Some(region), None) = (&side.region, side.cloud) {
            let message = "a region needs its cloud: add cloud = \"aws\", \"azure\" or \"google\"".to_owned();
            return Err(Offence { start: region.span().start, message });
        }
    }
    approvers(config)
}

fn approvers(config: &Config) -> Result<(), Offence> {
    let (mut names, mut hashes) = (BTreeSet::new(), BTreeSet::new());
    for spanned in &config.approver {
        let (start, approver) = (spanned.span().start, spanned.get_ref());
        // The text of a hash is never repeated, because it may be the code itself (S23).
        let offence = |what: &str| Err(Offence { start, message: format!("approver {:?}: {what}", approver.name) });
        if folded(&approver.name).is_empty() || !names.insert(folded(&approver.name)) {
            return offence("give each approver a name of her own; case and spaces make no difference");
        }
        if !is_code_hash(&approver.code_hash) {
            return offence("code_hash is no whole Argon2id hash: make one with `switchback code`");
        }
        if !hashes.insert(approver.code_hash.as_str()) {
            return offence("another approver has the same code_hash: make one for each with `switchback code`");
        }
    }
    let Some(approvals) = &config.approvals else { return Ok(()) };
    let people = &approvals.people;
    if !(1..=2).contains(people.get_ref()) {
        return Err(Offence { start: people.span().start, message: "people must be 1 or 2".to_owned() });
    }
    if names.len() < usize::try_from(*people.get_ref()).unwrap_or(usize::MAX) {
        let message =
            format!("{} people must say yes, and [[approver]] names {}: add them", people.get_ref(), names.len());
        // A setting that is left out has no place in the file, so the error names the place of the keys.
        let start = if people.span().is_empty() { approvals.keys.span().start } else { people.span().start };
        return Err(Offence { start, message });
    }
    if *people.get_ref() > 1 && config.watch.policy.get_ref() == "act" {
        let message = "the policy act answers by itself, and people = 2 asks two people: use ask or fence-then-ask, \
                       or people = 1"
            .to_owned();
        return Err(Offence { start: config.watch.policy.span().start, message });
    }
    if approvals.keys.get_ref().is_empty() {
        let message = "keys is empty: name a key that links are signed with".to_owned();
        return Err(Offence { start: approvals.keys.span().start, message });
    }
    if !(1..=1_440).contains(approvals.escalate_minutes.get_ref()) {
        let message = "escalate_minutes must be from 1 to 1440".to_owned();
        return Err(Offence { start: approvals.escalate_minutes.span().start, message });
    }
    if let Some(url) = &approvals.url
        && !Url::parse(url.get_ref()).is_ok_and(|parsed| parsed.scheme() == "https" && parsed.query().is_none())
    {
        let message = "url is no address for links: write https://…".to_owned();
        return Err(Offence { start: url.span().start, message });
    }
    Ok(())
}
