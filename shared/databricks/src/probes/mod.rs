//! The probes of a workspace: one file each, in one list (R13).
//!
//! Law: a probe makes one try and changes nothing that a team works with. Its reading depends on who failed.
//! Silence, a 5xx and a web page count against the workspace. A refusal of Switchback itself, or a missing
//! API, says nothing about the workspace (S17). A 429 is an answer. A new probe is one file and one line in
//! the list. Must not know: what is normal, the verdict.
//!
//! Five probes run without being declared, because each reads another service of the control plane
//! [docs: currentuser/me, jobs/list, clusters/list, metastores/current, dev-tools/auth/oauth-m2m].

mod answered;
mod canary_job;
mod cluster_metrics;
mod clusters;
mod failed_runs;
mod jobs;
mod me;
mod metastore;
mod probe_kind;
mod reading;
mod settings;
mod statement;
mod statement_value;
mod token;

use std::sync::Arc;

pub use probe_kind::{ProbeKind, ProbeTraits};

use async_trait::async_trait;
use engine::ports::{Admission, DeclaredProbe, Depth, Probe, ProbeInfo, Probed, SideProbe};
use failover::Side;
use jiff::Timestamp;
use serde_json::Value;

use crate::actions::Ground;
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
pub fn of(workspace: &Arc<DatabricksWorkspace>, declared: &[DeclaredProbe]) -> Vec<SideProbe> {
    // A personal token is not issued here, so there is nothing to probe.
    let issues_tokens = workspace.client().client_id().is_some();
    let ours = declared.iter().filter_map(|declared| Some((declared, known(&declared.kind)?)));
    let ours = ours.filter(|(declared, _)| declared.kind != token::KIND || issues_tokens);
    ours.map(|(declared, kind)| {
        let ProbeTraits { origin, depth, works, unit, .. } = kind.traits();
        let info = ProbeInfo { name: declared.name.clone(), origin, depth, works, unit };
        let (workspace, settings) = (Arc::clone(workspace), declared.settings.clone());
        SideProbe { side: declared.side, probe: Arc::new(WorkspaceProbe { info, kind, workspace, settings }) }
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

    async fn look(&self, _now: Timestamp, admission: &dyn Admission) -> Probed {
        let ground = Ground { client: self.workspace.client(), secrets: None, account: "", admission };
        self.kind.look(&ground, &self.settings).await.unwrap_or_else(|fault| reading::of_fault(&fault))
    }
}
