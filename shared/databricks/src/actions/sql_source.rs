//! Checks that a source is reachable from the target: a SQL statement can read it there (R24).
//!
//! Settings, law and quirks are those of `statement`.

use async_trait::async_trait;
use engine::ports::{ActionInfo, ActionKind, Attempt};
use failover::action::{Purpose, Reach};
use saga::{Class, Fault};
use serde_json::Value;

use super::env::ActionEnv;
use super::statement;

const NAME: &str = "sql_source";

pub(super) struct SqlSource;

#[async_trait]
impl ActionKind<ActionEnv> for SqlSource {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Source, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        statement::check(NAME, settings)
    }

    async fn attempt(&self, env: &ActionEnv, attempt: &Attempt<'_>) -> Result<String, Fault> {
        let api = &env.api(attempt.admission);
        statement::run(NAME, api, attempt).await
    }
}
