//! Reads the shortest page of clusters, to check the service of clusters [docs: clusters/list].

use async_trait::async_trait;
use engine::ports::{ProbeKind, ProbeRun, ProbeTraits, Probed};
use saga::Fault;

use super::answered::answered;
use super::env::ProbeEnv;
use crate::call::Call;
use crate::endpoints::CLUSTERS_LIST;

pub(super) struct Clusters;

#[async_trait]
impl ProbeKind<ProbeEnv> for Clusters {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("clusters")
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        answered(api, &Call::to(CLUSTERS_LIST).with("page_size", 1)).await
    }
}
