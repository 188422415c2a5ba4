//! A scenario's script: what happens to the pair, and what the people do.
//!
//! Times are in seconds since the rehearsal began, [`BEGINS`].

use failover::Side;
use rim::config::Declared;
use serde::Deserialize;
use sim::{Estate, Fault, FaultKind};

/// When every rehearsal begins: a Monday morning.
pub const BEGINS: &str = "2026-01-05T08:00:00Z";

/// A scenario as its folder tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// One line.
    pub title: String,
    /// What the story shows, and what to look at.
    pub tells: String,
    /// The leaving side is well.
    pub planned: bool,
    /// How many resources each side has, unless the command says otherwise.
    #[serde(default = "usual_resources")]
    pub resources: usize,
    /// Which estate.
    #[serde(default)]
    pub estate: EstateKind,
    /// The configuration names the limits of the API.
    #[serde(default = "yes")]
    pub limits_known: bool,
    /// How often reads show a resource as it was before the last write.
    #[serde(default)]
    pub stale_reads: f64,
    /// When the checkpoint of the primary is taken.
    pub captured_at: Vec<i64>,
    /// The loss of the primary, if it is lost.
    pub loss: Option<Loss>,
    /// When the on-call engineer orders the failover.
    #[serde(default)]
    pub ordered_at: i64,
    /// How long she reads before she answers the question.
    #[serde(default)]
    pub answered_after: i64,
    /// One saga after another, instead of the one that is ordered.
    #[serde(default)]
    pub leg: Vec<Leg>,
    /// Nobody orders: what is noticed decides.
    pub watch: Option<WatchScript>,
    /// What goes wrong besides.
    #[serde(default)]
    pub fault: Vec<ScriptFault>,
    /// Deployments that somebody makes beside the failover.
    #[serde(default)]
    pub deploy: Vec<Deploy>,
    /// The canary job's name on the standby, where there is one.
    pub canary: Option<Canary>,
    /// What the team has declared beside its workspaces, as in a configuration.
    #[serde(default)]
    pub declared: Declared,
    /// The runner dies at every so manieth boundary.
    pub dies_every: Option<u64>,
    /// How long the pair is watched after the saga has ended.
    pub watched_for: i64,
    /// How the saga is expected to end.
    pub ends: Ending,
}

pub use super::journey::script::{Leg, LegEnd};
pub use super::watch_script::WatchScript;

/// The loss of a region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// When its compute and its API go.
    pub at: i64,
    /// When they come back.
    pub back_at: Option<i64>,
}

/// A deployment that switches jobs on again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// When.
    pub at: i64,
    /// To which side.
    pub side: Side,
    /// To how many jobs.
    pub jobs: usize,
}

/// A job whose runs prove that a side works.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Its name.
    pub name: String,
    /// Its runs fail.
    #[serde(default)]
    pub sick: bool,
}

/// How a saga ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Everything is verified.
    Completed,
    /// Blocked steps wait for a person.
    PersonNeeded,
    /// A person ended it.
    Aborted,
    /// A person said no, and it waits.
    Held,
    /// Nothing was proposed.
    NothingProposed,
    /// A full drill was turned back, and the work is at home.
    TurnedBack,
}

/// Which estate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EstateKind {
    /// Duplicate names are told apart by the explicit map.
    #[default]
    Standard,
    /// Duplicate names are not told apart.
    Ambiguous,
    /// Twelve resources.
    Small,
    /// Jobs and the compute that they run on, and nothing of any other kind.
    Plain,
    /// The standard one, and every other kind as well.
    Everything,
}

impl EstateKind {
    /// Makes the estate.
    pub fn estate(self, seed: u64, resources: usize) -> Estate {
        match self {
            EstateKind::Standard => Estate::generate(seed, resources),
            EstateKind::Ambiguous => Estate::ambiguous(seed, resources),
            EstateKind::Small => Estate::small(),
            EstateKind::Plain => Estate::plain(),
            EstateKind::Everything => Estate::everything(seed, resources),
        }
    }
}

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ScriptFault {
    /// Where.
    pub side: Side,
    /// From when on.
    pub from: i64,
    /// Until just before this; for ever if absent.
    pub until: Option<i64>,
    /// Only for this API family, group of families or path prefix.
    pub only: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// Nothing answers.
    Dark,
    /// Half of the API answers, the other half does not.
    HalfUp,
    /// Up for a while, silent for a while.
    Flapping {
        /// Length of both together, in seconds.
        period: i64,
        /// Length of the first, in seconds.
        up: i64,
    },
    /// Server errors by chance.
    Errors {
        /// From 0 to 1.
        probability: f64,
    },
    /// Effects whose reply is lost, by chance.
    RepliesLost {
        /// From 0 to 1.
        probability: f64,
    },
    /// A login page with status 200.
    LoginPage,
    /// Everything takes longer.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// No token is issued.
    TokenDown,
    /// The principal may not.
    Forbidden,
    /// The workspace lacks the API.
    Missing,
}

impl ScriptFault {
    /// The fault for the simulated world.
    pub fn fault(&self, begins_ms: i64) -> Fault {
        let at = |seconds: i64| begins_ms + seconds * 1000;
        let kind = match &self.what {
            What::Dark => FaultKind::Dark,
            What::HalfUp => FaultKind::HalfUp,
            What::Flapping { period, up } => FaultKind::Flapping { period_ms: period * 1000, up_ms: up * 1000 },
            What::Errors { probability } => FaultKind::Error { status: 500, probability: *probability },
            What::RepliesLost { probability } => FaultKind::ReplyLost { nth: None, probability: *probability },
            What::LoginPage => FaultKind::Html200,
            What::Slow { ms } => FaultKind::Slow { ms: *ms },
            What::TokenDown => FaultKind::TokenDown,
            What::Forbidden => FaultKind::Forbidden { resource: None },
            What::Missing => FaultKind::Missing { status: 404 },
        };
        Fault {
            side: simulated(self.side),
            from_ms: at(self.from),
            until_ms: self.until.map(at),
            kind,
            only: self.only.clone(),
        }
    }

    /// The fault as the story tells it.
    pub fn told(&self) -> String {
        let what = match &self.what {
            What::Dark => "does not answer".to_owned(),
            What::HalfUp => "answers for half of its APIs".to_owned(),
            What::Flapping { period, up } => format!("flaps: {up} s up, {} s silent", period - up),
            What::Errors { probability } => format!("answers {:.0} % of all calls with 500", probability * 100.0),
            What::RepliesLost { probability } => {
                format!("loses the reply to {:.0} % of all effects", probability * 100.0)
            }
            What::LoginPage => "answers with a login page".to_owned(),
            What::Slow { ms } => format!("answers {ms} ms late"),
            What::TokenDown => "issues no token".to_owned(),
            What::Forbidden => "refuses our principal".to_owned(),
            What::Missing => "lacks the API".to_owned(),
        };
        let only = self.only.as_ref().map_or_else(String::new, |only| format!(" ({only} only)"));
        format!("the {} {what}{only}", self.side)
    }
}

/// The simulator's word for a side.
pub fn simulated(side: Side) -> sim::Side {
    match side {
        Side::Primary => sim::Side::Primary,
        Side::Standby => sim::Side::Standby,
    }
}

fn usual_resources() -> usize {
    240
}

fn yes() -> bool {
    true
}
