//! One kind of probe of a workspace.

use async_trait::async_trait;
use engine::ports::{Depth, Probed};
use failover::signal::Origin;
use saga::Fault;
use serde_json::{Map, Value};

use crate::actions::Ground;

/// The facts about a kind of probe, for either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeTraits {
    /// Name of the kind, e.g. `token`.
    pub kind: &'static str,
    /// The origin of its signals.
    pub origin: Origin,
    /// How deep the check goes.
    pub depth: Depth,
    /// Whether the probe makes the workspace work.
    pub works: bool,
    /// The unit of the measured value, e.g. `ms`.
    pub unit: &'static str,
}

impl ProbeTraits {
    /// The facts about a kind that makes one cheap read.
    pub(super) const fn shallow(kind: &'static str) -> Self {
        Self { kind, origin: Origin::Probe, depth: Depth::Shallow, works: false, unit: "ms" }
    }
}

/// One kind of probe.
#[async_trait]
pub trait ProbeKind: Send + Sync {
    /// The facts about the kind.
    fn traits(&self) -> ProbeTraits;

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String> {
        match settings.as_object().is_none_or(Map::is_empty) {
            true => Ok(()),
            false => Err(format!("probe {}: it takes no settings: leave them out", self.traits().kind)),
        }
    }

    /// Probes once.
    ///
    /// # Errors
    ///
    /// The fault that kept the probe from an answer. One place turns it into a reading.
    async fn look(&self, ground: &Ground<'_>, settings: &Value) -> Result<Probed, Fault>;
}
