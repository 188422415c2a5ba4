//! Reads the shortest page of jobs, to check the service of jobs [docs: jobs/list].

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::answered::answered;
use super::{ProbeKind, ProbeTraits};
use crate::actions::Ground;
use crate::call::Call;
use crate::endpoints::JOBS_LIST;

pub(super) struct Jobs;

#[async_trait]
impl ProbeKind for Jobs {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("jobs")
    }

    async fn look(&self, ground: &Ground<'_>, _settings: &Value) -> Result<Probed, Fault> {
        answered(ground, &Call::to(JOBS_LIST).with("limit", 1)).await
    }
}
