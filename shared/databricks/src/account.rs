//! Carries out the actions that need a Databricks account and no workspace.
//!
//! Law: it chooses the action and adds nothing else. Must not know: sagas.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use engine::ports::{Briefing, Clock, ErrandInfo, Errands, Pass};
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use crate::client::Client;
use crate::errands::{self, Ground, ON_ACCOUNT};
use crate::login::Credentials;
use crate::transport::Transport;

static INFOS: LazyLock<Vec<ErrandInfo>> = LazyLock::new(|| ON_ACCOUNT.iter().map(|kind| kind.info()).collect());

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

    fn ground<'a>(&'a self, pass: &'a dyn Pass) -> Ground<'a> {
        Ground { client: &self.client, secrets: None, account: &self.account, pass }
    }
}

#[async_trait]
impl Errands for DatabricksAccount {
    fn errands(&self) -> &'static [ErrandInfo] {
        &INFOS
    }

    fn check(&self, kind: &str, settings: &Value) -> Result<(), String> {
        errands::check(ON_ACCOUNT, kind, settings)
    }

    async fn attempt(&self, step: &Step, briefing: &Briefing<'_>, pass: &dyn Pass) -> Result<String, Fault> {
        errands::attempt(ON_ACCOUNT, &self.ground(pass), step, briefing).await
    }

    async fn synced_at(&self, kind: &str, settings: &Value, pass: &dyn Pass) -> Result<Timestamp, Fault> {
        errands::synced_at(ON_ACCOUNT, &self.ground(pass), kind, settings).await
    }
}
