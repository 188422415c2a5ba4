//! Reads how a pair is watched and who is asked: `[watch]`, `[approvals]`, `[[approver]]`.

use std::collections::BTreeSet;

use engine::Watch;
use engine::approvals::token::Key;
use engine::approvals::{Approvals, Approver, folded, is_code_hash};
use failover::Side;
use failover::signal::{Watched, WatchedSide};
use failover::verdict::{Mode, WatchPolicy};
use jiff::SignedDuration;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::check::Offence;
use super::objectives::objectives;
use super::secret::SecretSource;
use super::{Checked, Config, ConfigError, SideConfig};
use crate::environment::variable;

/// Says when a side counts as lost, and what is done then.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WatchConfig {
    /// `watch`, `ask`, `fence-then-ask` or `act`.
    pub policy: Spanned<String>,
    /// Under `act`: the person who has accepted the risk of an unplanned failover for the team.
    pub accepted_by: Option<String>,
    /// How many origins of different kinds must agree, at least 2.
    pub origins: Spanned<usize>,
    /// In minutes, from 1 to 1440: how long they must agree.
    pub minutes: Spanned<i64>,
    /// In minutes, from 1 to 1440 and not less than `minutes`: how long everything must be healthy before it is
    /// over.
    pub clear_minutes: Spanned<i64>,
    /// In minutes, from 1 to 1440: how long nothing is proposed again.
    pub cool_down_minutes: Spanned<i64>,
    /// Whether all of these origins may read degraded. Otherwise one of them must read down.
    pub degraded_is_enough: bool,
    /// Under `act`, in minutes, from 1 to 1440: how long people may say no.
    pub veto_minutes: Spanned<i64>,
    /// Cloud services that count if they are in trouble, as AWS Health calls them. If it is empty, all of them
    /// count.
    pub services: Vec<String>,
}

impl Default for WatchConfig {
    fn default() -> Self {
        let usual = WatchPolicy::default();
        let unset = |value: i64| Spanned::new(0..0, value / 60);
        Self {
            policy: Spanned::new(0..0, usual.mode.as_str().to_owned()),
            accepted_by: None,
            origins: Spanned::new(0..0, usual.origins),
            minutes: unset(usual.for_s),
            clear_minutes: unset(usual.clear_s),
            cool_down_minutes: unset(usual.cool_down_s),
            degraded_is_enough: usual.degraded_is_enough,
            veto_minutes: unset(usual.veto_s),
            // The services that a workspace on AWS needs.
            services: [
                "EC2",
                "S3",
                "VPC",
                "STS",
                "KMS",
                "RDS",
                "DATABRICKS",
                "MULTIPLE_SERVICES",
                "INTERNETCONNECTIVITY",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }
}

/// Says how people are asked by message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalsConfig {
    /// The beginning of links, e.g. `https://…`. If it is left out, the variable `SWITCHBACK_APPROVAL_URL` has it.
    pub url: Option<Spanned<String>>,
    /// How many different people must say yes: 1 or 2.
    #[serde(default = "one")]
    pub people: Spanned<u32>,
    /// In minutes, from 1 to 1440: after this time without an answer, the next people in the contact list are
    /// asked.
    #[serde(default = "ten")]
    pub escalate_minutes: Spanned<i64>,
    /// Whether each approver gets a message. With `false` all subscribers of the topic get one.
    #[serde(default = "yes")]
    pub personal: bool,
    /// The keys that sign links. The current key comes first.
    pub keys: Spanned<Vec<KeyConfig>>,
}

/// A key that signs links.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Name of the key in links, e.g. `2026-11`.
    pub id: String,
    /// The place of the key: at least 32 random characters.
    pub secret: Spanned<SecretSource>,
}

/// A person who may approve.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproverConfig {
    /// Name of the person, as records show it.
    pub name: String,
    /// Place in the contact list: 0 is asked at once, 1 after the first time without an answer.
    #[serde(default)]
    pub level: u32,
    /// The hash of the approval code, as `switchback code` prints it.
    pub code_hash: String,
}

fn one() -> Spanned<u32> {
    Spanned::new(0..0, 1)
}

fn ten() -> Spanned<i64> {
    Spanned::new(0..0, 10)
}

fn yes() -> bool {
    true
}

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

fn mode(watch: &WatchConfig) -> Result<Mode, String> {
    match (watch.policy.get_ref().as_str(), &watch.accepted_by) {
        ("watch", _) => Ok(Mode::Watch),
        ("ask", _) => Ok(Mode::Ask),
        ("fence-then-ask", _) => Ok(Mode::FenceThenAsk),
        ("act", Some(person)) if !person.trim().is_empty() => Ok(Mode::Act { accepted_by: person.clone() }),
        ("act", _) => Err("the policy act needs accepted_by: the person who accepts its risk for the team".to_owned()),
        (other, _) => Err(format!("{other:?} is no policy: use watch, ask, fence-then-ask or act")),
    }
}

/// Makes the watch of a pair from its configuration.
///
/// # Errors
///
/// [`ConfigError`] if a key cannot be fetched or is too short. Without `links` no key is needed: in an incident, a
/// terminal must not wait for a variable that only functions have.
pub fn watch(checked: &Checked, links: bool) -> Result<Watch, ConfigError> {
    let config = &checked.config;
    let minutes = |value: &Spanned<i64>| *value.get_ref() * 60;
    let watch = &config.watch;
    let policy = WatchPolicy {
        mode: mode(watch).map_err(|e| checked.wrong(watch.policy.span().start, e))?,
        origins: *watch.origins.get_ref(),
        for_s: minutes(&watch.minutes),
        clear_s: minutes(&watch.clear_minutes),
        cool_down_s: minutes(&watch.cool_down_minutes),
        degraded_is_enough: watch.degraded_is_enough,
        veto_s: minutes(&watch.veto_minutes),
    };
    let sides = [watched(Side::Primary, &config.primary), watched(Side::Standby, &config.standby)];
    let watched = Watched { sides: sides.into_iter().flatten().collect(), services: watch.services.clone() };
    let approvals = config.approvals.as_ref().map(|approvals| asked(checked, approvals, links)).transpose()?;
    let (objectives, drills) = (objectives(&checked.config), checked.drills.clone());
    let approver = |approver: &Spanned<ApproverConfig>| {
        let ApproverConfig { name, level, code_hash } = approver.get_ref().clone();
        Approver { name, level, code_hash }
    };
    let approvers = config.approver.iter().map(approver).collect();
    Ok(Watch { policy, watched, approvals, approvers, objectives, drills })
}

fn watched(side: Side, config: &SideConfig) -> Option<WatchedSide> {
    let (cloud, region) = (config.cloud?, config.region.as_ref()?.get_ref().clone());
    let host = Url::parse(config.url.get_ref()).ok()?.host_str()?.to_owned();
    Some(WatchedSide { side, cloud, region, host })
}

fn asked(checked: &Checked, config: &ApprovalsConfig, links: bool) -> Result<Approvals, ConfigError> {
    let mut keys = Vec::new();
    for key in config.keys.get_ref().iter().filter(|_| links) {
        let start = key.secret.span().start;
        let secret = key.secret.get_ref().fetch().map_err(|e| checked.wrong(start, e))?;
        if secrecy::ExposeSecret::expose_secret(&secret).len() < 32 {
            let message = format!("key {:?} is shorter than 32 characters: make a longer one by chance", key.id);
            return Err(checked.wrong(start, message));
        }
        keys.push(Key { id: key.id.clone(), secret });
    }
    let url = config.url.as_ref().map(|url| url.get_ref().clone()).or_else(|| variable("SWITCHBACK_APPROVAL_URL"));
    Ok(Approvals {
        url: url.unwrap_or_default().trim_end_matches('/').to_owned(),
        people: *config.people.get_ref(),
        escalate_after: SignedDuration::from_mins(*config.escalate_minutes.get_ref()),
        personal: config.personal,
        keys,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's examples, in the places where they belong.
    fn page() -> String {
        let blocks = include_str!("../../../docs/guide/detection.md").split("```toml\n").skip(1);
        let blocks: Vec<&str> = blocks.map(|rest| rest.split_once("```").unwrap().0).collect();
        let standby = "[standby]\nurl = \"https://two.cloud.example\"\ntoken = { env = \"T\" }\n";
        format!("pair = \"payments\"\n{}\n{standby}", blocks.join("\n"))
    }

    #[test]
    fn the_page_s_examples_are_a_configuration() {
        // Any file that is long enough can replace the file of the key.
        let text = page().replace("{ env = \"APPROVAL_KEY\" }", "{ file = \"Cargo.toml\" }");
        let watch = watch(&Checked::parse("pair.toml", &text).unwrap(), true).unwrap();
        assert_eq!(watch.policy, WatchPolicy::default());
        assert_eq!(watch.watched.sides.len(), 1);
        let list: Vec<(&str, u32)> = watch.approvers.iter().map(|a| (a.name.as_str(), a.level)).collect();
        assert_eq!(list, [("ana", 0), ("ben", 1)]);
        let approvals = watch.approvals.unwrap();
        assert_eq!((approvals.people, approvals.personal, approvals.keys.len()), (1, true, 1));
    }

    #[test]
    fn act_names_who_accepts_its_risk() {
        let act = "policy = \"act\"\naccepted_by = \"Ana Ray\"\nveto_minutes = 20";
        let text =
            page().replace("policy = \"ask\"", act).replace("{ env = \"APPROVAL_KEY\" }", "{ file = \"Cargo.toml\" }");
        let policy = watch(&Checked::parse("pair.toml", &text).unwrap(), true).unwrap().policy;
        assert_eq!((policy.mode, policy.veto_s), (Mode::Act { accepted_by: "Ana Ray".to_owned() }, 1_200));
    }

    #[test]
    fn a_key_that_is_short_or_not_there_is_refused() {
        let refused = |place: &str| {
            let text = page().replace("{ env = \"APPROVAL_KEY\" }", place);
            watch(&Checked::parse("pair.toml", &text).unwrap(), true).unwrap_err().to_string()
        };
        assert!(refused("{ file = \"src/config/nothing\" }").contains("cannot be read"));
        assert!(refused("{ env = \"NO_SUCH_VARIABLE\" }").contains("set it"));
    }
}
