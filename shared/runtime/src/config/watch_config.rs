//! The sections that say how a pair is watched and who is asked: `[watch]`, `[approvals]`, `[[approver]]`.

use failover::verdict::{Mode, WatchPolicy};
use serde::Deserialize;
use toml::Spanned;

use super::secret::SecretSource;

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

/// The mode that `policy` and `accepted_by` name.
pub(super) fn mode(watch: &WatchConfig) -> Result<Mode, String> {
    match (watch.policy.get_ref().as_str(), &watch.accepted_by) {
        ("watch", _) => Ok(Mode::Watch),
        ("ask", _) => Ok(Mode::Ask),
        ("fence-then-ask", _) => Ok(Mode::FenceThenAsk),
        ("act", Some(person)) if !person.trim().is_empty() => Ok(Mode::Act { accepted_by: person.clone() }),
        ("act", _) => Err("the policy act needs accepted_by: the person who accepts its risk for the team".to_owned()),
        (other, _) => Err(format!("{other:?} is no policy: use watch, ask, fence-then-ask or act")),
    }
}
