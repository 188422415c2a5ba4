//! Finds a kind of probe in the list of a crate, and makes declared probes of it.
//!
//! Law: a fault becomes a reading in one place per registry.
//! Must not know: any kind.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use saga::Fault;
use serde_json::Value;

use super::Admission;
use super::probe_kind::{ProbeKind, ProbeRun, ProbeTraits};
use super::signals::{DeclaredProbe, Probe, ProbeInfo, Probed, SideProbe};
use crate::codes::ACTION_SETTINGS;

/// A list of kinds of probes, whatever environment they need.
pub trait ProbeList: Sync {
    /// The facts about every kind, in the order of the list.
    fn traits(&self) -> Vec<ProbeTraits>;

    /// Whether the list has a kind of this name.
    fn knows(&self, kind: &str) -> bool;

    /// Checks the settings of a kind, without any request.
    ///
    /// # Errors
    ///
    /// One sentence with the remedy: the settings are wrong, or the list has no such kind.
    fn check(&self, kind: &str, settings: &Value) -> Result<(), String>;
}

/// The kinds of probes that share an environment. Each kind has one line in the list.
pub struct ProbeRegistry<Env: Send + Sync + 'static> {
    kinds: &'static [&'static dyn ProbeKind<Env>],
    of_fault: fn(&Fault) -> Probed,
}

impl<Env: Send + Sync + 'static> ProbeRegistry<Env> {
    /// A registry of these kinds. `of_fault` turns a fault into a reading.
    pub const fn new(of_fault: fn(&Fault) -> Probed, kinds: &'static [&'static dyn ProbeKind<Env>]) -> Self {
        Self { kinds, of_fault }
    }

    fn find(&self, kind: &str) -> Option<&'static dyn ProbeKind<Env>> {
        self.kinds.iter().copied().find(|known| known.traits().kind == kind)
    }

    /// The declared probes of this registry's kinds. Probes of other kinds are left out.
    pub fn probes<'a>(&self, env: &Arc<Env>, declared: impl IntoIterator<Item = &'a DeclaredProbe>) -> Vec<SideProbe> {
        let ours = declared.into_iter().filter_map(|declared| Some((declared, self.find(&declared.kind)?)));
        ours.map(|(declared, kind)| {
            let ProbeTraits { origin, depth, works, unit, .. } = kind.traits();
            let info = ProbeInfo { name: declared.name.clone(), origin, depth, works, unit };
            let (env, declared, side) = (Arc::clone(env), declared.clone(), declared.side);
            SideProbe { side, probe: Arc::new(RegisteredProbe { info, kind, env, declared, of_fault: self.of_fault }) }
        })
        .collect()
    }
}

impl<Env: Send + Sync + 'static> ProbeList for ProbeRegistry<Env> {
    fn traits(&self) -> Vec<ProbeTraits> {
        self.kinds.iter().map(|kind| kind.traits()).collect()
    }

    fn knows(&self, kind: &str) -> bool {
        self.find(kind).is_some()
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        match self.find(kind) {
            Some(known) => known.check(settings),
            None => {
                let names: Vec<&str> = self.kinds.iter().map(|known| known.traits().kind).collect();
                Err(format!("there is no probe {kind:?} here: use one of {}", names.join(", ")))
            }
        }
    }
}

/// One declared probe of one side.
struct RegisteredProbe<Env: Send + Sync + 'static> {
    info: ProbeInfo,
    kind: &'static dyn ProbeKind<Env>,
    env: Arc<Env>,
    declared: DeclaredProbe,
    of_fault: fn(&Fault) -> Probed,
}

impl<Env: Send + Sync + 'static> RegisteredProbe<Env> {
    async fn run(&self, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let wrong = |message| Fault::person_needed(ACTION_SETTINGS, message);
        self.kind.check(&self.declared.settings).map_err(wrong)?;
        self.kind.look(&self.env, run).await
    }
}

#[async_trait]
impl<Env: Send + Sync + 'static> Probe for RegisteredProbe<Env> {
    fn info(&self) -> &ProbeInfo {
        &self.info
    }

    async fn look(&self, now: Timestamp, admission: &dyn Admission) -> Probed {
        let run = ProbeRun { declared: &self.declared, now, admission };
        self.run(&run).await.unwrap_or_else(|fault| (self.of_fault)(&fault))
    }
}
