//! Reads the metastore of the workspace, to check Unity Catalog [docs: metastores/current].
//!
//! Quirk: a workspace without Unity Catalog has no metastore, which says nothing about its health.
//! Unverified: the answer of a workspace to which no metastore is assigned. Any refusal reads unknown.

use async_trait::async_trait;
use engine::ports::{ProbeKind, ProbeRun, ProbeTraits, Probed};
use saga::Fault;

use super::answered::answered;
use super::env::ProbeEnv;
use crate::call::Call;
use crate::endpoints::METASTORE_GET;

pub(super) struct Metastore;

#[async_trait]
impl ProbeKind<ProbeEnv> for Metastore {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("metastore")
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        answered(api, &Call::to(METASTORE_GET)).await
    }
}
