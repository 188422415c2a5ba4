//! Defines everything that use cases may access.

use std::sync::Arc;

use failover::drill::DrillPolicy;
use failover::evidence::Objectives;
use failover::verdict::WatchPolicy;
use failover::{FailoverPolicy, PairName};

use crate::approvals::{Approvals, Approver, folded};
use crate::ports::{
    Actions, ApprovalRequests, Clock, Controls, EvidenceRenderer, Feed, Messenger, Objects, Pairs, Sagas, Signals,
    Waker,
};
use crate::settings::Settings;
use crate::sides::ConfiguredSides;

/// One pair, in everything that does not depend on which of its workspaces is the primary. The rest is in
/// [`crate::sides::Sides`].
#[derive(Clone)]
pub struct Pair {
    /// The pair's name, e.g. `payments`.
    pub name: PairName,
    /// The team's rules for a failover.
    pub policy: FailoverPolicy,
    /// The rules of detection, and the people who are asked.
    pub watch: Watch,
}

/// The rules of detection for a pair, and the people who are asked about it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// The team's rules for detection.
    pub policy: WatchPolicy,
    /// The settings for asking people by message. `None`: people are asked only at a terminal.
    pub approvals: Option<Approvals>,
    /// The people who may approve, in the order of the contact list. If it is empty, anybody who gives a name at a
    /// terminal may approve.
    pub approvers: Vec<Approver>,
    /// The objectives that the team has set, e.g. the RTO.
    pub objectives: Objectives,
    /// The drills that run on a schedule.
    pub drills: Vec<DrillPolicy>,
}

impl Watch {
    /// Finds an approver by name, in any spelling.
    pub fn approver(&self, name: &str) -> Option<&Approver> {
        self.approvers.iter().find(|approver| folded(&approver.name) == folded(name))
    }

    /// The number of different people who must say yes.
    pub fn people(&self) -> u32 {
        self.approvals.as_ref().map_or(1, |approvals| approvals.people)
    }
}

/// The ports of the engine, before it is known which workspace is the primary. [`Deps::resolve`] finds that out.
#[derive(Clone)]
pub struct Deps {
    /// The source of time.
    pub clock: Arc<dyn Clock>,
    /// The store of pairs.
    pub pairs: Arc<dyn Pairs>,
    /// The store of sagas.
    pub sagas: Arc<dyn Sagas>,
    /// The store of approval requests.
    pub approval_requests: Arc<dyn ApprovalRequests>,
    /// The store of people's orders for running sagas, and of lessons.
    pub controls: Arc<dyn Controls>,
    /// The store of signals and of the watch's own record.
    pub signals: Arc<dyn Signals>,
    /// The store of checkpoints, plans and published objects.
    pub objects: Arc<dyn Objects>,
    /// Draws the page of a record.
    pub evidence_renderer: Arc<dyn EvidenceRenderer>,
    /// Sends wake messages.
    pub waker: Arc<dyn Waker>,
    /// The parts that carry out actions beyond the two workspaces.
    pub actions: Vec<Arc<dyn Actions>>,
    /// Sends messages to people.
    pub messenger: Arc<dyn Messenger>,
    /// The external sources that are polled, e.g. status pages.
    pub feeds: Vec<Arc<dyn Feed>>,
    /// The pair.
    pub pair: Pair,
    /// The two workspaces with the roles of the configuration. They are out of reach until the roles are resolved.
    pub configured: ConfiguredSides,
    /// The durations and numbers of the engine.
    pub settings: Arc<Settings>,
}
