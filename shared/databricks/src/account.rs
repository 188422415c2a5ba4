//! Carries out the actions that need a Databricks account and no workspace.
//!
//! Law: it chooses the action and adds nothing else. Must not know: sagas.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{ActionContext, ActionInfo, ActionList, Actions, Admission, Clock};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use crate::actions::{ActionEnv, ON_ACCOUNT};
use crate::client::Client;
use crate::login::Credentials;
use crate::transport::Transport;

/// One account under one set of credentials.
pub struct DatabricksAccount {
    env: ActionEnv,
}

impl fmt::Debug for DatabricksAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabricksAccount")
    }
}

impl DatabricksAccount {
    /// An account to which no request was sent yet. The transport leads to the account's host, e.g.
    /// `https://accounts.cloud.databricks.com`; `account` is its id.
    pub fn new(transport: Arc<dyn Transport>, account: &str, credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        let client = Client::of_account(transport, account, credentials, clock);
        Self { env: ActionEnv { client, secrets: None, account: account.to_owned() } }
    }
}

#[async_trait]
impl Actions for DatabricksAccount {
    fn actions(&self) -> &'static [ActionInfo] {
        ON_ACCOUNT.infos()
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        ON_ACCOUNT.check(kind, settings)
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        ON_ACCOUNT.attempt(&self.env, step, context, admission).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, admission: &dyn Admission) -> Result<Timestamp, Fault> {
        ON_ACCOUNT.synced_at(&self.env, kind, settings, admission).await
    }
}
