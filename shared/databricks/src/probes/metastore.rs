//! Which metastore the workspace stands on: Unity Catalog [docs: metastores/current].
//!
//! Quirk: a workspace without Unity Catalog has none, which says nothing of its health.
//! Unverified: the answer of a workspace to which no metastore is assigned; any refusal reads unknown.

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::{ProbeKind, ProbeTraits, answered};
use crate::call::Call;
use crate::endpoints::METASTORE_GET;
use crate::errands::Ground;

/// See the module.
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
