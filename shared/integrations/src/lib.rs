//! Actions on systems that are neither a workspace nor AWS: chat channels, webhooks, HTTPS calls, hosts and
//! ports.
//!
//! Law: each request is sent once and never repeated. An address may itself be a secret, so no message
//! repeats one (S23).
//! Must not know: what a failover is.
//!
//! A new action is one file in [`actions`] and one line in its list. A new probe is one file in [`probes`] and
//! one line in its list.

pub mod actions;
pub mod codes;
mod names;
mod network;
pub mod probes;
mod web;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{ActionContext, ActionInfo, ActionList, Actions, Admission, Secrets};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

pub use names::SystemNames;
pub use network::Network;
pub use web::{Asked, Got, Missed, Web};

use crate::actions::{ACTIONS, ActionEnv};

/// Carries out the actions of [`actions::ACTIONS`].
pub struct IntegrationActions {
    env: ActionEnv,
}

impl IntegrationActions {
    /// Actions over a network.
    pub fn new(web: Arc<dyn Web>, secrets: Arc<dyn Secrets>) -> Self {
        Self { env: ActionEnv { web, secrets } }
    }
}

#[async_trait]
impl Actions for IntegrationActions {
    fn actions(&self) -> &'static [ActionInfo] {
        ACTIONS.infos()
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        ACTIONS.check(kind, settings)
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        ACTIONS.attempt(&self.env, step, context, admission).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, admission: &dyn Admission) -> Result<Timestamp, Fault> {
        ACTIONS.synced_at(&self.env, kind, settings, admission).await
    }
}
