//! The probes of a workspace: one file each, in one list (R13).
//!
//! Law: a probe makes one try and changes nothing that a team works with. Its reading depends on who failed.
//! Silence, a 5xx and a web page count against the workspace. A refusal of Switchback itself, or a missing
//! API, says nothing about the workspace (S17). A 429 is an answer. A new probe is one file and one line in
//! the list. Must not know: what is normal, the verdict.
//!
//! Five probes run without being declared, because each reads another service of the control plane
//! [docs: currentuser/me, jobs/list, clusters/list, metastores/current, dev-tools/auth/oauth-m2m].

mod canary_job;
mod cluster_metrics;
mod clusters;
mod failed_runs;
mod jobs;
mod me;
mod metastore;
mod reading;
mod settings;
mod statement;
mod statement_value;
mod token;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{DeclaredProbe, Depth, Pass, Probe, ProbeInfo, Probed};
use failover::Side;
use failover::signal::{Origin, Reading};
use jiff::Timestamp;
use saga::Fault;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::errands::Ground;
use crate::workspace::DatabricksWorkspace;

/// Every kind of probe of a workspace.
pub const PROBES: &[&dyn ProbeKind] = &[
    &token::Token,
    &me::Me,
    &jobs::Jobs,
    &clusters::Clusters,
    &metastore::Metastore,
    &statement::Statement,
    &statement_value::StatementValue,
    &cluster_metrics::ClusterMetrics,
    &canary_job::CanaryJob,
    &failed_runs::FailedRuns,
];

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
    const fn shallow(kind: &'static str) -> Self {
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

/// The probes that run on both sides of every pair without being declared.
pub fn usual(side: Side) -> Vec<DeclaredProbe> {
    let shallow = PROBES.iter().map(|kind| kind.traits()).filter(|traits| traits.depth == Depth::Shallow);
    shallow
        .map(|traits| {
            let kind = traits.kind.to_owned();
            DeclaredProbe { name: kind.clone(), kind, side, settings: Value::Null }
        })
        .collect()
}

/// Checks the settings of a kind; `None` if no kind of probe has this name.
pub fn checked(kind: &str, settings: &Value) -> Option<Result<(), String>> {
    known(kind).map(|known| known.check(settings))
}

/// The declared probes of a workspace. Probes of other kinds are left out.
pub fn of(workspace: &Arc<DatabricksWorkspace>, declared: &[DeclaredProbe]) -> Vec<Arc<dyn Probe>> {
    // A personal token is not issued here, so there is nothing to probe.
    let issues_tokens = workspace.client().client_id().is_some();
    let ours = declared.iter().filter_map(|declared| Some((declared, known(&declared.kind)?)));
    let ours = ours.filter(|(declared, _)| declared.kind != token::KIND || issues_tokens);
    ours.map(|(declared, kind)| {
        let ProbeTraits { origin, depth, works, unit, .. } = kind.traits();
        let info = ProbeInfo { name: declared.name.clone(), side: declared.side, origin, depth, works, unit };
        let (workspace, settings) = (Arc::clone(workspace), declared.settings.clone());
        Arc::new(WorkspaceProbe { info, kind, workspace, settings }) as Arc<dyn Probe>
    })
    .collect()
}

fn known(kind: &str) -> Option<&'static dyn ProbeKind> {
    PROBES.iter().copied().find(|known| known.traits().kind == kind)
}

/// One probe of one side.
struct WorkspaceProbe {
    info: ProbeInfo,
    kind: &'static dyn ProbeKind,
    workspace: Arc<DatabricksWorkspace>,
    settings: Value,
}

#[async_trait]
impl Probe for WorkspaceProbe {
    fn info(&self) -> &ProbeInfo {
        &self.info
    }

    async fn look(&self, _now: Timestamp, pass: &dyn Pass) -> Probed {
        let ground = Ground { client: self.workspace.client(), secrets: None, account: "", pass };
        self.kind.look(&ground, &self.settings).await.unwrap_or_else(|fault| reading::of_fault(&fault))
    }
}

/// Makes one call and reports that it was answered. The measured time does not include the token that the
/// call needs.
async fn answered(ground: &Ground<'_>, call: &Call) -> Result<Probed, Fault> {
    ground.client.sign_in(ground.pass).await?;
    let begun = ground.client.now();
    ground.call(call).await?;
    Ok(healthy(ground, begun, &format!("{} was answered", call.endpoint.name)))
}

/// A healthy reading, with the milliseconds since `begun`.
fn healthy(ground: &Ground<'_>, begun: Timestamp, what: &str) -> Probed {
    let took = ground.client.now().duration_since(begun).as_millis().max(0);
    let measured = Some(took as f64);
    Probed { reading: Reading::Healthy, measured, text: format!("{what} in {took} ms") }
}
