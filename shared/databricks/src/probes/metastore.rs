//! Reads the metastore of the workspace, to check Unity Catalog [docs: metastores/current].
//!
//! Quirk: a workspace without Unity Catalog has no metastore, which says nothing about its health.
//! Unverified: the answer of a workspace to which no metastore is assigned. Any refusal reads unknown.

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::answered::answered;
use super::{ProbeKind, ProbeTraits};
use crate::actions::Ground;
use crate::call::Call;
use crate::endpoints::METASTORE_GET;

pub(super) struct Metastore;

#[async_trait]
impl ProbeKind for Metastore {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("metastore")
    }

    async fn look(&self, ground: &Ground<'_>, _settings: &Value) -> Result<Probed, Fault> {
        answered(ground, &Call::to(METASTORE_GET)).await
    }
}
