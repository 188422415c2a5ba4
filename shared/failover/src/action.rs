//! Actions: the declared steps of a failover that are no resource of a workspace.
//!
//! Examples: a message is sent, an endpoint is pointed at the new side, a route is switched, a source is found
//! reachable. The team declares the actions. A plan carries each of them as a step of its own, with everything that
//! it needs in its detail. So the saga does what was approved (S12).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pair::{PairName, Side};

/// The purpose of an action. It decides the position of the step in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A fence, which keeps a whole workspace from processing data. The side that the work comes to is readmitted.
    Fence,
    /// A dataset: reads the time of its last synced data (R23).
    Dataset,
    /// A data source, which must be reachable from the target (R24).
    Source,
    /// A route, which must lead to the target (R4).
    Route,
    /// The vendor's own recovery: moves what it covers (R32).
    Recovery,
    /// A channel: sends messages to people (R25).
    Channel,
    /// An endpoint: points a tool at the target (R30).
    Endpoint,
    /// A validation: proves that the target works (R31).
    Validation,
}

impl Purpose {
    /// All purposes, in the order of a configuration.
    pub const ALL: [Purpose; 8] = [
        Self::Fence,
        Self::Dataset,
        Self::Source,
        Self::Route,
        Self::Recovery,
        Self::Channel,
        Self::Endpoint,
        Self::Validation,
    ];

    /// The word for it, which is also the name of its table in a configuration, e.g. `endpoint`.
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Fence => "fence",
            Purpose::Dataset => "dataset",
            Purpose::Source => "source",
            Purpose::Route => "route",
            Purpose::Recovery => "recovery",
            Purpose::Channel => "channel",
            Purpose::Endpoint => "endpoint",
            Purpose::Validation => "validation",
        }
    }
}

/// The facts about a kind of action that planning needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionInfo {
    /// Name in configurations and steps, e.g. `ssm_parameter`.
    pub name: &'static str,
    /// Purpose of the kind.
    pub purpose: Purpose,
    /// Whether it goes through a workspace.
    pub reach: Reach,
    /// The way to avoid a second effect: `Idempotent` or `Tokened`.
    pub class: saga::Class,
}

/// Whether an action goes through a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It goes through a workspace, with the credentials that Switchback has there.
    Workspace,
    /// It is external to both workspaces.
    External,
}

/// One action, as the team has declared it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Purpose of the action.
    #[serde(rename = "duty")]
    pub purpose: Purpose,
    /// Name of its kind, e.g. `ssm_parameter`.
    pub kind: String,
    /// Name for people, unique among the actions of its purpose.
    pub name: String,
    /// Settings in the words of its kind. A secret appears in them only as the name of its place (S23).
    pub settings: Value,
}

/// The content of the detail of an action's step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Settings of the action. Placeholders are filled in for the side that the step is about, except in a channel's.
    pub settings: Value,
    /// The side that the step is about: the target, or the leaving side if the step isolates it.
    pub side: Side,
    /// Address of that side.
    pub address: Address,
    /// Only for a dataset or a recovery: the values that the approver saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<ShownLoss>,
    /// Only for a channel: the text to send. Its placeholders are filled in when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<Wording>,
}

/// The values of a dataset that the approver saw (R23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLoss {
    /// Time of the last synced data; `None` if it is unknown.
    pub synced_at: Option<Timestamp>,
    /// In seconds: the data that would be lost; `None` if it is unknown.
    pub loss_s: Option<i64>,
    /// In seconds: the loss that the team accepts.
    pub objective_s: i64,
}

/// The text of a channel, as templates of [`crate::template`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// Template of the subject, one line.
    pub subject: String,
    /// Template of the message, plain text.
    pub text: String,
}

/// The address of a workspace, in the form for people and tools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The side with this address.
    pub side: Side,
    /// URL, e.g. `https://one.cloud.databricks.com`, without a slash at the end.
    pub url: String,
    /// Host, with the port if it is not the usual one.
    pub host: String,
}

/// Work that runs on both sides at once, by the decision of its team (R9).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActiveActive {
    /// Name of the kind, e.g. `pipeline`.
    pub kind: String,
    /// Name of the resource, the same on both sides.
    pub name: String,
}

/// Everything that the team has declared besides its two workspaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declarations {
    /// Actions, in the order of the configuration.
    pub actions: Vec<Action>,
    /// Work that is not moved, because it runs on both sides.
    pub active_active: Vec<ActiveActive>,
}

impl Declarations {
    /// The actions of one purpose, in the order of the configuration.
    pub fn of(&self, purpose: Purpose) -> impl Iterator<Item = &Action> {
        self.actions.iter().filter(move |action| action.purpose == purpose)
    }

    /// Whether a resource is marked as running on both sides.
    pub fn is_active_active(&self, kind: &str, name: &str) -> bool {
        self.active_active.iter().any(|marked| marked.kind == kind && marked.name == name)
    }
}

/// The placeholders for the settings of an action, with their values for a side.
pub fn placeholders(pair: &PairName, address: &Address) -> Value {
    serde_json::json!({ "pair": pair, "side": address.side, "url": address.url, "host": address.host })
}
