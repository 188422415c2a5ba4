//! Defines the part of a script about detection: the watch, the events, and the actions of people on messages.

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

/// Prefix of the approval links in a rehearsal.
pub(super) const LINKS: &str = "https://approve.example";

/// Cost of hashing a code. It is low, so that a rehearsal is fast.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

/// The regions of the two sides of a watched rehearsal.
pub(super) fn watched() -> Watched {
    let side = |side, region: &str, host: &str| WatchedSide {
        side,
        cloud: CloudName::Aws,
        region: region.to_owned(),
        host: host.to_owned(),
    };
    let primary = side(Side::Primary, PRIMARY_REGION, sim::PRIMARY_HOST);
    let standby = side(Side::Standby, "eu-west-1", sim::STANDBY_HOST);
    Watched { sides: vec![primary, standby], services: Vec::new() }
}

/// How a pair is watched in a script. Durations are in seconds. A missing value has the default of a configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchScript {
    /// `watch`, `ask`, `fence-then-ask` or `act`.
    #[serde(default = "ask")]
    pub policy: String,
    /// Whether our own probes run.
    #[serde(default = "yes")]
    pub probes: bool,
    /// Number of people who must say yes.
    #[serde(default = "one")]
    pub people: u32,
    /// Time at which the rehearsal ends. If a saga is under way then, it ends with the saga.
    pub until: i64,
    /// The people who may approve, in the order of the contact list.
    pub approver: Vec<ApproverScript>,
    /// Events of the cloud.
    #[serde(default)]
    pub event: Vec<EventScript>,
    /// Actions of people on the messages that they get.
    #[serde(default)]
    pub person_action: Vec<PersonActionScript>,
}

/// A person who may approve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproverScript {
    /// Name of the person.
    pub name: String,
    /// Level in the contact list. Each level is asked after one more time of silence.
    #[serde(default)]
    pub level: u32,
}

/// An event on the bus.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventScript {
    /// Time at which it arrives.
    pub at: i64,
    /// Name of the event in the story.
    pub what: String,
    /// The event, as JSON.
    pub json: String,
}

/// An action of a person on a message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonActionScript {
    /// Name of the person.
    pub by: String,
    /// Seconds from the message with the person's link to the action.
    pub after: i64,
    /// The kind of action.
    pub does: Does,
}

/// The kind of an action on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// A mail scanner opens the link and submits the form unchanged.
    Scan,
    /// The person says yes, with the right code.
    Approve,
    /// The person says no, with the right code.
    Decline,
    /// The person types a wrong code.
    Mistype,
    /// The person ends the saga at a terminal.
    Abort,
}

impl WatchScript {
    /// How the pair of the rehearsal is watched.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with the script.
    pub fn watch(&self) -> Result<Watch, String> {
        let mode = match self.policy.as_str() {
            "watch" => Mode::Watch,
            "ask" => Mode::Ask,
            "fence-then-ask" => Mode::FenceThenAsk,
            "act" => Mode::Act { accepted_by: "the head of the platform".to_owned() },
            other => return Err(format!("{other:?} is no policy")),
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

/// The code of an approver in a rehearsal.
pub(super) fn code_of(name: &str) -> SecretString {
    SecretString::from(format!("code-of-{name}"))
}

/// The salt for a name. It is always the same, so that a rehearsal can be repeated.
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
