//! Actions on systems that are neither a workspace nor AWS: chat channels, webhooks, HTTPS calls, hosts and
//! ports.
//!
//! Law: each request is sent once and never repeated. An address may itself be a secret, so no message
//! repeats one (S23).
//! Must not know: what a failover is.
//!
//! A new kind is one file in [`kinds`] and one line in its list. A new probe is one file in [`probes`] and
//! one line in its list.

pub mod codes;
pub mod kinds;
mod names;
mod network;
pub mod probes;
mod web;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{Briefing, ErrandInfo, Errands, Pass, Secrets};
use failover::errand::Detail;
use saga::{Fault, Step};
use serde_json::Value;

pub use names::SystemNames;
pub use network::Network;
pub use web::{Asked, Got, Missed, Web};

use crate::kinds::Reaching;

/// Carries out the actions of [`kinds::KINDS`].
pub struct OutsideErrands {
    web: Arc<dyn Web>,
    secrets: Arc<dyn Secrets>,
    infos: &'static [ErrandInfo],
}

impl OutsideErrands {
    /// Actions over a network.
    pub fn new(web: Arc<dyn Web>, secrets: Arc<dyn Secrets>) -> Self {
        Self { web, secrets, infos: kinds::infos() }
    }
}

#[async_trait]
impl Errands for OutsideErrands {
    fn errands(&self) -> &'static [ErrandInfo] {
        self.infos
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        kinds::check(kind, settings).unwrap_or_else(|| Err(format!("{kind:?} is no kind of errand")))
    }

    async fn attempt(&self, step: &Step, briefing: &Briefing<'_>, pass: &dyn Pass) -> Result<String, Fault> {
        let unreadable = |e: String| Fault::person_needed(codes::ERRAND_SETTINGS, e);
        let kind =
            kinds::kind(&step.kind).ok_or_else(|| unreadable(format!("{:?} is no kind of errand", step.kind)))?;
        let detail: Detail = serde_json::from_value(step.detail.clone()).map_err(|e| unreadable(e.to_string()))?;
        let reaching = Reaching { web: &*self.web, secrets: &*self.secrets, pass, briefing, name: &step.name };
        kind.attempt(&detail.settings, &reaching).await
    }
}
