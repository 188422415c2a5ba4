//! Requests a token, to check the identity service of the workspace [docs: dev-tools/auth/oauth-m2m].
//!
//! Quirk: each probe requests a new token, because a token that is held says nothing about the service. The
//! new token replaces the held one, so that the other probes of the minute need no other.

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::answered::healthy;
use super::{ProbeKind, ProbeTraits};
use crate::actions::Ground;

pub(super) const KIND: &str = "token";

pub(super) struct Token;

#[async_trait]
impl ProbeKind for Token {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow(KIND)
    }

    async fn look(&self, ground: &Ground<'_>, _settings: &Value) -> Result<Probed, Fault> {
        let begun = ground.client.now();
        ground.client.sign_in_anew(ground.admission).await?;
        Ok(healthy(ground, begun, "a token was issued"))
    }
}
