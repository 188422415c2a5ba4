//! Reads who is signed in, to check sign-in and the directory of principals [docs: currentuser/me].

use async_trait::async_trait;
use engine::ports::Probed;
use saga::Fault;
use serde_json::Value;

use super::answered::answered;
use super::{ProbeKind, ProbeTraits};
use crate::actions::Ground;
use crate::call::Call;
use crate::endpoints::ME;

pub(super) struct Me;

#[async_trait]
impl ProbeKind for Me {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow("me")
    }

    async fn look(&self, ground: &Ground<'_>, _settings: &Value) -> Result<Probed, Fault> {
        answered(ground, &Call::to(ME)).await
    }
}
