//! Everything that use cases may touch.

use std::sync::Arc;

use failover::{FailoverPolicy, MapEntry, PairName, Side};

use crate::ports::{Asks, Clock, Objects, Pairs, Sagas, Waker, Workspace};
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
}

impl Pair {
    /// The workspace of a side.
    pub fn side(&self, side: Side) -> &Arc<dyn Workspace> {
        match side {
            Side::Primary => &self.primary,
            Side::Standby => &self.standby,
        }
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
    /// Checkpoints, plans, what is published.
    pub objects: Arc<dyn Objects>,
    /// Wake messages.
    pub waker: Arc<dyn Waker>,
    /// The pair.
    pub pair: Pair,
    /// Durations and numbers.
    pub settings: Arc<Settings>,
}
