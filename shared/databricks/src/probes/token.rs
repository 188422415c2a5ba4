//! A token is issued: the identity service of the workspace [docs: dev-tools/auth/oauth-m2m].
//!
//! Quirk: a new token is asked for at each look, since one that is held tells nothing of the
//! service. It replaces the held one, so that the other probes of the minute need no other.

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::{ProbeKind, ProbeTraits, healthy};
use crate::errands::Ground;

/// Its kind.
pub(super) const KIND: &str = "token";

/// See the module.
pub(super) struct Token;

#[async_trait]
impl ProbeKind for Token {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow(KIND)
    }

    async fn look(&self, ground: &Ground<'_>, _settings: &Value) -> Result<Probed, Fault> {
        let begun = ground.client.now();
        ground.client.sign_in_anew(ground.pass).await?;
        Ok(healthy(ground, begun, "a token was issued"))
    }
}
