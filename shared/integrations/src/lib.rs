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
use engine::ports::{ActionContext, ActionInfo, Actions, Admission, Secrets};
use failover::action::Detail;
use saga::{Fault, Step};
use serde_json::Value;

pub use names::SystemNames;
pub use network::Network;
pub use web::{Asked, Got, Missed, Web};

use crate::kinds::Reaching;

/// Carries out the actions of [`kinds::KINDS`].
pub struct IntegrationActions {
    web: Arc<dyn Web>,
    secrets: Arc<dyn Secrets>,
    infos: &'static [ActionInfo],
}

impl IntegrationActions {
    /// Actions over a network.
    pub fn new(web: Arc<dyn Web>, secrets: Arc<dyn Secrets>) -> Self {
        Self { web, secrets, infos: kinds::infos() }
    }
}

#[async_trait]
impl Actions for IntegrationActions {
    fn actions(&self) -> &'static [ActionInfo] {
        self.infos
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        kinds::check(kind, settings).unwrap_or_else(|| Err(format!("{kind:?} is no kind of action")))
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        let unreadable = |e: String| Fault::person_needed(codes::ACTION_SETTINGS, e);
        let kind =
            kinds::kind(&step.kind).ok_or_else(|| unreadable(format!("{:?} is no kind of action", step.kind)))?;
        let detail: Detail = serde_json::from_value(step.detail.clone()).map_err(|e| unreadable(e.to_string()))?;
        let reaching = Reaching { web: &*self.web, secrets: &*self.secrets, admission, context, name: &step.name };
        kind.attempt(&detail.settings, &reaching).await
    }
}
