//! Defines one kind of probe, for the crates that have probes.

use async_trait::async_trait;
use failover::signal::Origin;
use jiff::Timestamp;
use saga::Fault;
use serde_json::{Map, Value};

use super::Admission;
use super::signals::{DeclaredProbe, Depth, Probed};

/// The facts about a kind of probe, for either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeTraits {
    /// Name of the kind, e.g. `token`.
    pub kind: &'static str,
    /// The origin of its signals.
    pub origin: Origin,
    /// How deep the check goes.
    pub depth: Depth,
    /// Whether the probe makes its side work.
    pub works: bool,
    /// The unit of the measured value, e.g. `ms`.
    pub unit: &'static str,
}

impl ProbeTraits {
    /// The facts about a kind that makes one cheap check of its own.
    pub const fn shallow(kind: &'static str) -> Self {
        Self { kind, origin: Origin::Probe, depth: Depth::Shallow, works: false, unit: "ms" }
    }
}

/// One run of a declared probe.
#[derive(Clone, Copy)]
pub struct ProbeRun<'a> {
    /// The probe, as it is declared. Its settings are checked.
    pub declared: &'a DeclaredProbe,
    /// The time of the run.
    pub now: Timestamp,
    /// Admits each request.
    pub admission: &'a dyn Admission,
}

/// One kind of probe. `Env` has everything that a run uses and that outlives it, e.g. clients.
#[async_trait]
pub trait ProbeKind<Env: Send + Sync + 'static>: Send + Sync {
    /// The facts about the kind.
    fn traits(&self) -> ProbeTraits;

    /// Checks the settings, without any request. By default a kind takes none.
    ///
    /// # Errors
    ///
    /// One sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String> {
        match settings.as_object().is_none_or(Map::is_empty) {
            true => Ok(()),
            false => Err(format!("probe {}: it takes no settings: leave them out", self.traits().kind)),
        }
    }

    /// Checks the side once.
    ///
    /// # Errors
    ///
    /// The fault that kept the probe from an answer. One function per registry turns it into a reading.
    async fn look(&self, env: &Env, run: &ProbeRun<'_>) -> Result<Probed, Fault>;
}
