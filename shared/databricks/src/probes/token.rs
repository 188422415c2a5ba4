//! Requests a token, to check the identity service of the workspace [docs: dev-tools/auth/oauth-m2m].
//!
//! Quirk: each probe requests a new token, because a token that is held says nothing about the service. The
//! new token replaces the held one, so that the other probes of the minute need no other.

use async_trait::async_trait;
use engine::ports::{ProbeKind, ProbeRun, ProbeTraits, Probed};
use saga::Fault;

use super::answered::healthy;
use super::env::ProbeEnv;

pub(super) const KIND: &str = "token";

pub(super) struct Token;

#[async_trait]
impl ProbeKind<ProbeEnv> for Token {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow(KIND)
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        let begun = api.now();
        api.sign_in_anew().await?;
        Ok(healthy(api, begun, "a token was issued"))
    }
}
