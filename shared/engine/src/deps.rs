//! Defines everything that use cases may access.

use std::sync::Arc;

use failover::action::{ActionInfo, Address, Declarations};
use failover::drill::DrillPolicy;
use failover::evidence::Objectives;
use failover::signal::Watched;
use failover::verdict::WatchPolicy;
use failover::{FailoverPolicy, MapEntry, PairName, Side};

use crate::approvals::{Approvals, Approver, folded};
use crate::ports::{
    Actions, ApprovalRequests, Clock, Controls, EvidenceRenderer, Feed, Messenger, Objects, Pairs, Probe, Sagas,
    Signals, Waker, Workspace,
};
use crate::settings::Settings;

/// One pair and how to reach its sides.
#[derive(Clone)]
pub struct Pair {
    /// The pair's name, e.g. `payments`.
    pub name: PairName,
    /// The workspace of the primary.
    pub primary: Arc<dyn Workspace>,
    /// The workspace of the standby.
    pub standby: Arc<dyn Workspace>,
    /// The explicit map between the resources of the two sides (`[[map]]`).
    pub map: Vec<MapEntry>,
    /// The team's rules for a failover.
    pub policy: FailoverPolicy,
    /// The addresses of the two sides, the primary first.
    pub addresses: Vec<Address>,
    /// The actions that the team has declared, and the work that runs on both sides.
    pub declarations: Declarations,
    /// The rules of detection, and the people who are asked.
    pub watch: Watch,
}

/// The rules of detection for a pair, and the people who are asked about it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// The team's rules for detection.
    pub policy: WatchPolicy,
    /// The cloud and the region of each side, as providers name them.
    pub watched: Watched,
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

impl Pair {
    /// The workspace of a side.
    pub fn side(&self, side: Side) -> &Arc<dyn Workspace> {
        match side {
            Side::Primary => &self.primary,
            Side::Standby => &self.standby,
        }
    }

    /// The host of a side. It is empty if no address is known.
    pub fn host(&self, side: Side) -> &str {
        self.addresses.iter().find(|address| address.side == side).map_or("", |address| address.host.as_str())
    }
}

/// The ports of the engine.
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
    /// The probes of the two sides.
    pub probes: Vec<Arc<dyn Probe>>,
    /// The pair.
    pub pair: Pair,
    /// The durations and numbers of the engine.
    pub settings: Arc<Settings>,
}

impl Deps {
    /// Every kind of action that can be carried out here.
    pub fn action_kinds(&self) -> Vec<ActionInfo> {
        let through_workspaces = self.pair.primary.actions().iter();
        through_workspaces.chain(self.actions.iter().flat_map(|actions| actions.actions())).copied().collect()
    }

    /// Finds the part that carries out actions of a kind: an external one, or the workspace of a side.
    pub fn actions_of(&self, kind: &str, side: Side) -> Option<&dyn Actions> {
        let knows = |actions: &&dyn Actions| actions.actions().iter().any(|info| info.name == kind);
        let workspace: &dyn Actions = self.pair.side(side).as_ref();
        self.actions.iter().map(|actions| actions.as_ref() as &dyn Actions).chain([workspace]).find(knows)
    }
}
