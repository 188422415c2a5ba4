//! What a script says about noticing: who watches, what comes in, and what the people do about it.

use engine::Watch;
use engine::approvals::code::{Cost, hash_at};
use engine::approvals::token::Key;
use engine::approvals::{Approvals, Approver};
use failover::Side;
use failover::evidence::Objectives;
use failover::signal::{CloudName, Watched, WatchedSide};
use failover::verdict::{Mode, WatchPolicy};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

/// What approval links begin with in a rehearsal.
pub(super) const LINKS: &str = "https://approve.example";

/// A rehearsal has no time to spend on hashes.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

/// How a pair is watched in a script. Durations are in seconds; what is left out is as in a configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchScript {
    /// `watch`, `ask`, `fence-then-ask` or `act`.
    #[serde(default = "ask")]
    pub policy: String,
    /// Whether our probes look.
    #[serde(default = "yes")]
    pub probes: bool,
    /// So many people must say yes.
    #[serde(default = "one")]
    pub people: u32,
    /// When the rehearsal is over, if no saga was begun.
    pub until: i64,
    /// Who may approve, in the order of the contact list.
    pub approver: Vec<ApproverScript>,
    /// Events of the cloud.
    #[serde(default)]
    pub event: Vec<EventScript>,
    /// What people do about the messages that they get.
    #[serde(default)]
    pub deed: Vec<DeedScript>,
}

/// A person who may approve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproverScript {
    /// The name.
    pub name: String,
    /// When in the contact list.
    #[serde(default)]
    pub level: u32,
}

/// An event on the bus.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventScript {
    /// When it arrives.
    pub at: i64,
    /// What it is, for the story.
    pub what: String,
    /// The event, as JSON.
    pub json: String,
}

/// What somebody does about a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeedScript {
    /// Who.
    pub by: String,
    /// So many seconds after the message with her link.
    pub after: i64,
    /// What.
    pub does: Does,
}

/// What people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// A mail scanner opens the link and submits the form as it stands.
    Scan,
    /// She says yes, with her code.
    Approve,
    /// She says no, with her code.
    Decline,
    /// She types a wrong code.
    Mistype,
    /// She ends the saga at a terminal.
    Abort,
}

impl WatchScript {
    /// How the pair of the rehearsal is watched.
    ///
    /// # Errors
    ///
    /// What is wrong with the script.
    pub fn watch(&self) -> Result<Watch, String> {
        let mode = match self.policy.as_str() {
            "watch" => Mode::Watch,
            "ask" => Mode::Ask,
            "fence-then-ask" => Mode::FenceThenAsk,
            "act" => Mode::Act { accepted_by: "the head of the platform".to_owned() },
            other => return Err(format!("{other:?} is no policy")),
        };
        let side = |side, region: &str, host: &str| WatchedSide {
            side,
            cloud: CloudName::Aws,
            region: region.to_owned(),
            host: host.to_owned(),
        };
        let approver = |approver: &ApproverScript| {
            let code_hash =
                hash_at(&code_of(&approver.name), salt(&approver.name), CHEAP).map_err(|e| e.to_string())?;
            Ok(Approver { name: approver.name.clone(), level: approver.level, code_hash })
        };
        Ok(Watch {
            policy: WatchPolicy { mode, ..WatchPolicy::default() },
            objectives: Objectives::default(),
            drills: Vec::new(),
            watched: Watched {
                sides: vec![
                    side(Side::Primary, PRIMARY_REGION, sim::PRIMARY_HOST),
                    side(Side::Standby, "eu-west-1", sim::STANDBY_HOST),
                ],
                services: Vec::new(),
            },
            approvers: self.approver.iter().map(approver).collect::<Result<_, String>>()?,
            approvals: Some(Approvals {
                url: LINKS.to_owned(),
                people: self.people,
                escalate_after: SignedDuration::from_mins(10),
                personal: true,
                keys: vec![Key { id: "rehearsal".to_owned(), secret: SecretString::from("k".repeat(32)) }],
            }),
        })
    }
}

/// The region of the primary in a rehearsal.
pub(super) const PRIMARY_REGION: &str = "eu-central-1";

/// An approver's code in a rehearsal.
pub(super) fn code_of(name: &str) -> SecretString {
    SecretString::from(format!("code-of-{name}"))
}

/// The same for the same name, so that a rehearsal can be repeated.
fn salt(name: &str) -> [u8; 16] {
    let mut salt = [b'-'; 16];
    for (place, byte) in salt.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    salt
}

fn ask() -> String {
    "ask".to_owned()
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}
