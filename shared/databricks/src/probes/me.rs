//! Reads who is signed in, to check sign-in and the directory of principals [docs: currentuser/me].

use async_trait::async_trait;
use engine::ports::{ProbeKind, ProbeRun, ProbeTraits, Probed};
use saga::Fault;

use super::answered::answered;
use super::env::ProbeEnv;
use crate::call::Call;
use crate::endpoints::ME;

pub(super) struct Me;

#[async_trait]
impl ProbeKind<ProbeEnv> for Me {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("me")
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        answered(api, &Call::to(ME)).await
    }
}
