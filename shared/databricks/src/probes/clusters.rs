//! Reads the shortest page of clusters, to check the service of clusters [docs: clusters/list].

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::answered::answered;
use super::{ProbeKind, ProbeTraits};
use crate::actions::Ground;
use crate::call::Call;
use crate::endpoints::CLUSTERS_LIST;

pub(super) struct Clusters;

#[async_trait]
impl ProbeKind for Clusters {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("clusters")
    }

    async fn look(&self, ground: &Ground<'_>, _settings: &Value) -> Result<Probed, Fault> {
        answered(ground, &Call::to(CLUSTERS_LIST).with("page_size", 1)).await
    }
}
