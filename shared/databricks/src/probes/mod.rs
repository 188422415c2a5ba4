//! Probes of a workspace: one file each, in one list (R13).
//!
//! Law: a look makes one try and changes nothing that a team works with. What it reads depends on
//! who failed: silence, a 5xx and a web page speak against the workspace; a refusal of ourselves, or
//! an API that is missing, says nothing about it (S17); a 429 is an answer. A new probe is one file
//! and one line in the list. Must not know: what is normal, what the readings add up to.
//!
//! Which five look without being declared, and why these: each asks another service of the control
//! plane [docs: currentuser/me, jobs/list, clusters/list, metastores/current,
//! dev-tools/auth/oauth-m2m].

mod clusters;
mod jobs;
mod me;
mod metastore;
mod reading;
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
pub const PROBES: &[&dyn ProbeKind] =
    &[&token::Token, &me::Me, &jobs::Jobs, &clusters::Clusters, &metastore::Metastore];

/// What a kind of probe is, whichever side it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeTraits {
    /// Its kind, e.g. `token`.
    pub kind: &'static str,
    /// Who speaks through it.
    pub origin: Origin,
    /// How far it looks.
    pub depth: Depth,
    /// It has something done there.
    pub works: bool,
    /// The unit of what it measures.
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
    /// What it is.
    fn traits(&self) -> ProbeTraits;

    /// Says what is wrong with its settings.
    ///
    /// # Errors
    ///
    /// A sentence with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String> {
        match settings.as_object().is_none_or(Map::is_empty) {
            true => Ok(()),
            false => Err(format!("probe {}: it takes no settings: leave them out", self.traits().kind)),
        }
    }

    /// Looks once.
    ///
    /// # Errors
    ///
    /// Why nothing was seen; what that reads is decided in one place.
    async fn look(&self, ground: &Ground<'_>, settings: &Value) -> Result<Probed, Fault>;
}

/// Those that look at both sides of every pair without being declared.
pub fn usual(side: Side) -> Vec<DeclaredProbe> {
    let shallow = PROBES.iter().map(|kind| kind.traits()).filter(|traits| traits.depth == Depth::Shallow);
    shallow
        .map(|traits| {
            let kind = traits.kind.to_owned();
            DeclaredProbe { name: kind.clone(), kind, side, settings: Value::Null }
        })
        .collect()
}

/// Says what is wrong with the settings of a kind; `None` if it is none of these.
pub fn checked(kind: &str, settings: &Value) -> Option<Result<(), String>> {
    known(kind).map(|known| known.check(settings))
}

/// The declared probes of a workspace; those of other kinds are left to others.
pub fn of(workspace: &Arc<DatabricksWorkspace>, declared: &[DeclaredProbe]) -> Vec<Arc<dyn Probe>> {
    // A personal token is not issued while we watch.
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

/// Makes one call, measured without the token that it needs, and tells that it was answered.
async fn answered(ground: &Ground<'_>, call: &Call) -> Result<Probed, Fault> {
    ground.client.sign_in(ground.pass).await?;
    let begun = ground.client.now();
    ground.call(call).await?;
    Ok(healthy(ground, begun, &format!("{} was answered", call.endpoint.name)))
}

/// Healthy, with the milliseconds since `begun`.
fn healthy(ground: &Ground<'_>, begun: Timestamp, what: &str) -> Probed {
    let took = ground.client.now().duration_since(begun).as_millis().max(0);
    let measured = Some(took as f64);
    Probed { reading: Reading::Healthy, measured, text: format!("{what} in {took} ms") }
}
