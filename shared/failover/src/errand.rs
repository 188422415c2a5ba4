//! Errands: what a failover brings about that is no resource of a workspace.
//!
//! A message sent, an endpoint pointed at the new side, a route switched, a source found reachable.
//! The team declares them; a plan carries each as a step of its own, with everything that it needs
//! in its detail, so that what was approved is what is done (S12).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pair::{PairName, Side};

/// What an errand is for; decides where its step stands in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Keeps a whole workspace from processing data; lifted on the side that work comes to.
    Fence,
    /// Tells the time of the last synced data of a dataset (R23).
    Dataset,
    /// Is reachable from the target (R24).
    Source,
    /// Leads to the side that works (R4).
    Route,
    /// Moves what the vendor's own recovery covers (R32).
    Recovery,
    /// Tells people (R25).
    Channel,
    /// Points a tool at the side that works (R30).
    Endpoint,
    /// Proves that the target works (R31).
    Validation,
}

impl Duty {
    /// All of them, in the order in which a configuration names them.
    pub const ALL: [Duty; 8] = [
        Self::Fence,
        Self::Dataset,
        Self::Source,
        Self::Route,
        Self::Recovery,
        Self::Channel,
        Self::Endpoint,
        Self::Validation,
    ];

    /// The word for it, which is also the table's name in a configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Duty::Fence => "fence",
            Duty::Dataset => "dataset",
            Duty::Source => "source",
            Duty::Route => "route",
            Duty::Recovery => "recovery",
            Duty::Channel => "channel",
            Duty::Endpoint => "endpoint",
            Duty::Validation => "validation",
        }
    }
}

/// What must be known of a kind of errand before it is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrandInfo {
    /// Its name in configurations and steps, e.g. `ssm_parameter`.
    pub name: &'static str,
    /// What it is for.
    pub duty: Duty,
    /// From where it reaches what it is about.
    pub reach: Reach,
    /// How a second effect is avoided: `Idempotent` or `Tokened`.
    pub class: saga::Class,
}

/// From where an errand reaches what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Through a workspace, with the credentials that Switchback has there.
    Workspace,
    /// Outside both workspaces.
    Outside,
}

/// One errand as the team has declared it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// What it is for.
    pub duty: Duty,
    /// Its kind's name, e.g. `ssm_parameter`.
    pub kind: String,
    /// Its name, unique among those of its duty, for people.
    pub name: String,
    /// Its settings in the kind's own words; a secret stands there as the name of its place only (S23).
    pub settings: Value,
}

/// What stands in the detail of an errand's step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The errand's settings, with every placeholder filled in for the side that the step is about.
    pub settings: Value,
    /// The side that the step is about: the one that work goes to, but for a fence, which it leaves.
    pub side: Side,
    /// Where that side is.
    pub address: Address,
    /// Of a dataset: what the person who approved was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// Of a channel: what is said, with placeholders that are filled in when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Wording>,
}

/// What the person who approved was shown of a dataset (R23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The time of the last synced data; `None` if it could not be told.
    pub synced_at: Option<Timestamp>,
    /// In seconds: what would be lost; `None` if it could not be told.
    pub loss_s: Option<i64>,
    /// In seconds: what the team accepts.
    pub objective_s: i64,
}

/// What a channel says: templates of [`crate::template`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// A workspace's address, as people and tools are given it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Which side.
    pub side: Side,
    /// E.g. `https://one.cloud.databricks.com`, without a slash at the end.
    pub url: String,
    /// Its host, with the port where that is not the usual one.
    pub host: String,
}

/// Work that runs on both sides at once, by its team's decision (R9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActiveActive {
    /// The kind's name, e.g. `pipeline`.
    pub kind: String,
    /// The resource's name, the same on both sides.
    pub name: String,
}

/// What the team has declared beside its two workspaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangements {
    /// In the order of the configuration.
    pub errands: Vec<Errand>,
    /// Work that is not moved, since it runs on both sides.
    pub active_active: Vec<ActiveActive>,
}

impl Arrangements {
    /// The errands of one duty, in the order of the configuration.
    pub fn of(&self, duty: Duty) -> impl Iterator<Item = &Errand> {
        self.errands.iter().filter(move |errand| errand.duty == duty)
    }

    /// Whether a resource is marked as running on both sides.
    pub fn is_active_active(&self, kind: &str, name: &str) -> bool {
        self.active_active.iter().any(|marked| marked.kind == kind && marked.name == name)
    }
}

/// What the texts of an errand's settings may name, filled in for a side.
pub fn placeholders(pair: &PairName, address: &Address) -> Value {
    serde_json::json!({ "pair": pair, "side": address.side, "url": address.url, "host": address.host })
}
