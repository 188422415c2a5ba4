//! Everything that use cases may touch.

use std::sync::Arc;

use failover::drill::DrillPolicy;
use failover::errand::{Address, Arrangements, ErrandInfo};
use failover::evidence::Objectives;
use failover::signal::Watched;
use failover::verdict::WatchPolicy;
use failover::{FailoverPolicy, MapEntry, PairName, Side};

use crate::approvals::{Approvals, Approver, folded};
use crate::ports::{
    Asks, Clock, Controls, Errands, Feed, Messenger, Objects, Pairs, Probe, Sagas, Scribe, Signals, Waker, Workspace,
};
use crate::settings::Settings;

/// One pair and how to reach its sides.
#[derive(Clone)]
pub struct Pair {
    /// Its name.
    pub name: PairName,
    /// The primary.
    pub primary: Arc<dyn Workspace>,
    /// The standby.
    pub standby: Arc<dyn Workspace>,
    /// The explicit map between them.
    pub map: Vec<MapEntry>,
    /// What the team has decided.
    pub policy: FailoverPolicy,
    /// Where the two sides are, the primary first.
    pub addresses: Vec<Address>,
    /// What the team has declared beside the two sides.
    pub arrangements: Arrangements,
    /// How it is watched, and who is asked.
    pub watch: Watch,
}

/// How a pair is watched, and who is asked about it.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// What the team has decided about noticing.
    pub policy: WatchPolicy,
    /// Where the two sides are, as the outside world speaks of them.
    pub watched: Watched,
    /// How people are asked by message; `None`: only at a terminal.
    pub approvals: Option<Approvals>,
    /// Who may approve, in the order of the contact list; empty: whoever names the pair at a terminal.
    pub approvers: Vec<Approver>,
    /// What the team has set itself.
    pub objectives: Objectives,
    /// Which drills are held by themselves.
    pub drills: Vec<DrillPolicy>,
}

impl Watch {
    /// An approver, however the name is spelled.
    pub fn approver(&self, name: &str) -> Option<&Approver> {
        self.approvers.iter().find(|approver| folded(&approver.name) == folded(name))
    }

    /// So many different people must say yes.
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

    /// The host of a side; empty where no address is known.
    pub fn host(&self, side: Side) -> &str {
        self.addresses.iter().find(|address| address.side == side).map_or("", |address| address.host.as_str())
    }
}

/// The ports of the engine.
#[derive(Clone)]
pub struct Deps {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Pairs.
    pub pairs: Arc<dyn Pairs>,
    /// Sagas.
    pub sagas: Arc<dyn Sagas>,
    /// Approvals.
    pub asks: Arc<dyn Asks>,
    /// What people order of sagas under way, and lessons.
    pub controls: Arc<dyn Controls>,
    /// What is known of the pair's health.
    pub signals: Arc<dyn Signals>,
    /// Checkpoints, plans, what is published.
    pub objects: Arc<dyn Objects>,
    /// Draws the page of a record.
    pub scribe: Arc<dyn Scribe>,
    /// Wake messages.
    pub waker: Arc<dyn Waker>,
    /// Who carries out errands outside the two workspaces.
    pub errands: Vec<Arc<dyn Errands>>,
    /// Messages to people.
    pub messenger: Arc<dyn Messenger>,
    /// Whom to ask how things are.
    pub feeds: Vec<Arc<dyn Feed>>,
    /// How to look at the two sides.
    pub probes: Vec<Arc<dyn Probe>>,
    /// The pair.
    pub pair: Pair,
    /// Durations and numbers.
    pub settings: Arc<Settings>,
}

impl Deps {
    /// Every kind of errand that can be carried out here.
    pub fn errand_kinds(&self) -> Vec<ErrandInfo> {
        let through_workspaces = self.pair.primary.errands().iter();
        through_workspaces.chain(self.errands.iter().flat_map(|errands| errands.errands())).copied().collect()
    }

    /// Who carries out errands of a kind: outside, or through the workspace of a side.
    pub fn errands_of(&self, kind: &str, side: Side) -> Option<&dyn Errands> {
        let knows = |errands: &&dyn Errands| errands.errands().iter().any(|info| info.name == kind);
        let workspace: &dyn Errands = self.pair.side(side).as_ref();
        self.errands.iter().map(|errands| errands.as_ref() as &dyn Errands).chain([workspace]).find(knows)
    }
}
