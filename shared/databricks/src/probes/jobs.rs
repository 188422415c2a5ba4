//! Reads the shortest page of jobs, to check the service of jobs [docs: jobs/list].

use async_trait::async_trait;
use engine::ports::{ProbeKind, ProbeRun, ProbeTraits, Probed};
use saga::Fault;

use super::answered::answered;
use super::env::ProbeEnv;
use crate::call::Call;
use crate::endpoints::JOBS_LIST;

pub(super) struct Jobs;

#[async_trait]
impl ProbeKind<ProbeEnv> for Jobs {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("jobs")
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        answered(api, &Call::to(JOBS_LIST).with("limit", 1)).await
    }
}
