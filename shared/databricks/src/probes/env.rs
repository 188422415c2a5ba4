//! The environment of the probes: the workspace that they check.

use std::sync::Arc;

use engine::ports::Admission;

use crate::kinds::Api;
use crate::workspace::DatabricksWorkspace;

/// The environment of the probes: the workspace that they check.
pub struct ProbeEnv {
    /// The workspace.
    pub(super) workspace: Arc<DatabricksWorkspace>,
}

impl ProbeEnv {
    /// The workspace, under the limits of an admission.
    pub(super) fn api<'a>(&'a self, admission: &'a dyn Admission) -> Api<'a> {
        Api::new(self.workspace.client(), admission)
    }
}
