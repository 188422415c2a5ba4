//! Defines a workspace in the form that attempts use.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use failover::plan::EVERYTHING;
use saga::{Fault, Plan, Reaction};

use super::named::Named;
use super::read_batcher::ReadBatcher;
use crate::ports::{Admission, Observed, ReadPurpose, Workspace};

/// One workspace in the form that attempts use.
pub(crate) struct Place {
    pub(crate) workspace: Arc<dyn Workspace>,
    pub(crate) admission: Arc<dyn Admission>,
    pub(crate) read_batcher: ReadBatcher,
    pub(crate) read_purpose: ReadPurpose,
    /// The steps of this location, by kind and id, that name one resource and are neither done nor waived.
    pub(crate) open: Mutex<Named>,
    /// The steps that a person waived. A step for everything of their kind does not handle them.
    pub(crate) waived: Mutex<Named>,
    /// The kinds with a resource here that the plan names.
    pub(crate) known: BTreeSet<String>,
}

impl Place {
    /// Lists everything of a kind. If the workspace lacks the kind, the answer is its message. If the plan names a
    /// resource of the kind, the kind was listed there. So an answer that it is unsupported comes from something in
    /// between.
    pub(crate) async fn all_or_lacking(
        &self,
        kind: &str,
        read_purpose: ReadPurpose,
    ) -> Result<Result<Arc<Vec<Observed>>, String>, Fault> {
        match self.read_batcher.all(kind, read_purpose).await {
            Ok(listed) => Ok(Ok(listed)),
            Err(fault) if fault.reaction != Reaction::UnsupportedHere => Err(fault),
            Err(fault) if self.known.contains(kind) => Err(Fault::again(fault.code, fault.message)),
            Err(fault) => Ok(Err(fault.message)),
        }
    }
}

/// The kinds with a resource at a location that a plan names.
pub(crate) fn known_kinds(plan: &Plan, place: &str) -> BTreeSet<String> {
    let named = plan.steps().filter(|(_, step)| step.place == place && step.resource != EVERYTHING);
    named.map(|(_, step)| step.kind.clone()).collect()
}
