//! One kind of action in AWS, and the context of one attempt.

use async_trait::async_trait;
use engine::codes::UNKNOWN_STEP;
use engine::ports::{ActionContext, ActionInfo, Admission};
use failover::action::Detail;
use jiff::Timestamp;
use saga::Fault;
use serde_json::Value;

use super::under_way::UnderWay;
use crate::clients::ActionClients;

/// One kind of action.
#[async_trait]
pub(super) trait Action: Send + Sync {
    /// The facts about the kind that are needed to plan it.
    fn info(&self) -> ActionInfo;

    /// The only state that it can bring about. It is a word of [`failover::plan::want`].
    fn want(&self) -> &'static str;

    /// Checks the settings. The error is one sentence: what is wrong with them, and the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Makes one attempt. The settings are checked before, and the wanted state is [`Action::want`].
    async fn attempt(&self, task: &Task<'_>) -> Result<String, Fault>;

    /// The time of the last synced data. Only datasets have one.
    async fn synced_at(
        &self,
        _clients: &ActionClients,
        _settings: &Value,
        _pass: &dyn Admission,
    ) -> Result<Timestamp, Fault> {
        let message = format!("{} tells no time of last synced data", self.info().name);
        Err(Fault::person_needed(UNKNOWN_STEP, message))
    }
}

/// The context of one attempt.
pub(super) struct Task<'a> {
    /// The clients of the AWS services.
    pub(super) clients: &'a ActionClients,
    /// The detail of the step.
    pub(super) detail: &'a Detail,
    /// The circumstances of the step.
    pub(super) context: &'a ActionContext<'a>,
    /// Admits each request.
    pub(super) admission: &'a dyn Admission,
    /// The changes that this process has requested before.
    pub(super) under_way: &'a UnderWay,
}
