//! Carries out the actions that need a Databricks account and no workspace.
//!
//! Law: it chooses the action and adds nothing else. Must not know: sagas.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use engine::ports::{ActionContext, ActionInfo, Actions, Admission, Clock};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use crate::actions::{self, Ground, ON_ACCOUNT};
use crate::client::Client;
use crate::login::Credentials;
use crate::transport::Transport;

static INFOS: LazyLock<Vec<ActionInfo>> = LazyLock::new(|| ON_ACCOUNT.iter().map(|kind| kind.info()).collect());

/// One account under one set of credentials.
#[derive(Debug)]
pub struct DatabricksAccount {
    client: Client,
    account: String,
}

impl DatabricksAccount {
    /// An account to which no request was sent yet. The transport leads to the account's host, e.g.
    /// `https://accounts.cloud.databricks.com`; `account` is its id.
    pub fn new(transport: Arc<dyn Transport>, account: &str, credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        Self { client: Client::of_account(transport, account, credentials, clock), account: account.to_owned() }
    }

    fn ground<'a>(&'a self, admission: &'a dyn Admission) -> Ground<'a> {
        Ground { client: &self.client, secrets: None, account: &self.account, admission }
    }
}

#[async_trait]
impl Actions for DatabricksAccount {
    fn actions(&self) -> &'static [ActionInfo] {
        &INFOS
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        actions::check(ON_ACCOUNT, kind, settings)
    }

    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault> {
        actions::attempt(ON_ACCOUNT, &self.ground(admission), step, context).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, admission: &dyn Admission) -> Result<Timestamp, Fault> {
        actions::synced_at(ON_ACCOUNT, &self.ground(admission), kind, settings).await
    }
}
