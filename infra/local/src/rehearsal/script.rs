//! Defines the script of a scenario: the events of the pair, and the actions of people.
//!
//! Times are in seconds since the rehearsal began, [`BEGINS`].

use failover::Side;
use runtime::config::Declared;
use serde::Deserialize;
use sim::{Estate, Fault, FaultKind};

/// Begin of every rehearsal: a Monday morning.
pub const BEGINS: &str = "2026-01-05T08:00:00Z";

/// A scenario, as the `script.toml` in its folder describes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Title of the scenario, in one line.
    pub title: String,
    /// Text at the head of the story: the point of the scenario, and where to see it.
    pub tells: String,
    /// Whether the leaving side is well.
    pub planned: bool,
    /// Number of resources on each side, unless the command gives another.
    #[serde(default = "usual_resources")]
    pub resources: usize,
    /// The estate of the pair.
    #[serde(default)]
    pub estate: EstateKind,
    /// Whether the configuration names the limits of the API.
    #[serde(default = "yes")]
    pub limits_known: bool,
    /// Probability, from 0 to 1, that a read shows a resource as it was before the last write.
    #[serde(default)]
    pub stale_reads: f64,
    /// Times at which a checkpoint of the primary is taken.
    pub captured_at: Vec<i64>,
    /// The loss of the primary, if it is lost.
    pub loss: Option<Loss>,
    /// Time at which the on-call engineer orders the failover.
    #[serde(default)]
    pub ordered_at: i64,
    /// Time that the on-call engineer reads before the answer, in seconds.
    #[serde(default)]
    pub answered_after: i64,
    /// Sagas that are ordered one after another. If there are any, the single order of the script is not used.
    #[serde(default)]
    pub leg: Vec<Leg>,
    /// How the pair is watched. With it nobody gives an order, and detection decides.
    pub watch: Option<WatchScript>,
    /// Other faults.
    #[serde(default)]
    pub fault: Vec<ScriptFault>,
    /// Deployments during the failover.
    #[serde(default)]
    pub deploy: Vec<Deploy>,
    /// The canary job on the standby, if there is one.
    pub canary: Option<Canary>,
    /// Declarations beside the workspaces, as in a configuration.
    #[serde(default)]
    pub declared: Declared,
    /// The process dies about once in this number of crossings of a boundary.
    pub dies_every: Option<u64>,
    /// In seconds: the time that the pair is watched after the saga has ended.
    pub watched_for: i64,
    /// The expected end of the saga.
    pub ends: Ending,
}

pub use super::journey::script::{Leg, LegEnd};
pub use super::watch_script::WatchScript;

/// The loss of a region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// Time at which its compute and its API go.
    pub at: i64,
    /// Time at which they come back.
    pub back_at: Option<i64>,
}

/// A deployment that switches jobs on again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deploy {
    /// Time of the deployment.
    pub at: i64,
    /// The side that is deployed to.
    pub side: Side,
    /// Number of jobs that it switches on.
    pub jobs: usize,
}

/// A job whose runs prove that a side works.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// Name of the job.
    pub name: String,
    /// Whether its runs fail.
    #[serde(default)]
    pub sick: bool,
}

/// The end of a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Everything is verified.
    Completed,
    /// Blocked steps wait for a person.
    PersonNeeded,
    /// A person ended it.
    Aborted,
    /// A person said no, and the saga waits.
    Held,
    /// Nothing was proposed.
    NothingProposed,
    /// A full drill was turned back, and the work is back on the primary.
    TurnedBack,
}

/// The kind of estate that is generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EstateKind {
    /// Duplicate names, which the explicit map tells apart.
    #[default]
    Standard,
    /// Duplicate names, which nothing tells apart.
    Ambiguous,
    /// Twelve resources.
    Small,
    /// Jobs and the compute that they run on, and nothing of any other kind.
    Plain,
    /// The standard estate, and every other kind as well.
    Everything,
}

impl EstateKind {
    /// Generates the estate.
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

/// A fault that lasts for a while.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ScriptFault {
    /// The side that has the fault.
    pub side: Side,
    /// Begin of the fault.
    pub from: i64,
    /// End of the fault, exclusive. If absent, it never ends.
    pub until: Option<i64>,
    /// The API family, group of families or path prefix that has the fault. If absent, all of them.
    pub only: Option<String>,
    /// The kind of the fault.
    #[serde(flatten)]
    pub what: What,
}

/// The kind of a fault.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// Nothing answers.
    Dark,
    /// Half of the API answers.
    HalfUp,
    /// The API is up for a while, then silent for a while, again and again.
    Flapping {
        /// Length of both together, in seconds.
        period: i64,
        /// Length of the time up, in seconds.
        up: i64,
    },
    /// Some requests get server errors, by chance.
    Errors {
        /// From 0 to 1.
        probability: f64,
    },
    /// Some effects happen, but their reply is lost, by chance.
    RepliesLost {
        /// From 0 to 1.
        probability: f64,
    },
    /// Every answer is a login page with status 200.
    LoginPage,
    /// Every answer takes longer.
    Slow {
        /// Added time in milliseconds.
        ms: u64,
    },
    /// No token is issued.
    TokenDown,
    /// The principal lacks the right.
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

    /// The fault in the words of the story.
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

/// The simulator's type for a side.
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
