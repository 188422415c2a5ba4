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
mod env;
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

use engine::ports::{DeclaredProbe, Depth, ProbeList, ProbeRegistry, SideProbe};
use failover::Side;
use serde_json::Value;

pub use env::ProbeEnv;

use crate::workspace::DatabricksWorkspace;

/// Every kind of probe of a workspace.
pub static PROBES: ProbeRegistry<ProbeEnv> = ProbeRegistry::new(
    reading::of_fault,
    &[
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
    ],
);

/// The probes that run on both sides of every pair without being declared.
pub fn usual(side: Side) -> Vec<DeclaredProbe> {
    let shallow = PROBES.traits().into_iter().filter(|traits| traits.depth == Depth::Shallow);
    shallow
        .map(|traits| {
            let kind = traits.kind.to_owned();
            DeclaredProbe { name: kind.clone(), kind, side, settings: Value::Null }
        })
        .collect()
}

/// The declared probes of a workspace. Probes of other kinds are left out.
pub fn of(workspace: &Arc<DatabricksWorkspace>, declared: &[DeclaredProbe]) -> Vec<SideProbe> {
    // A personal token is not issued here, so there is nothing to probe.
    let issues_tokens = workspace.client().client_id().is_some();
    let can_run = declared.iter().filter(|declared| declared.kind != token::KIND || issues_tokens);
    PROBES.probes(&Arc::new(ProbeEnv { workspace: Arc::clone(workspace) }), can_run)
}
