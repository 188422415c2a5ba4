//! Checks that a source is reachable from the target: a SQL statement can read it there (R24).
//!
//! Settings, law and quirks are those of `statement`.

use async_trait::async_trait;
use engine::ports::ActionInfo;
use failover::action::{Purpose, Reach};
use failover::plan::want;
use saga::{Class, Fault};
use serde_json::Value;

use super::{ActionKind, Given, Ground, statement};

const NAME: &str = "sql_source";

pub(super) struct SqlSource;

#[async_trait]
impl ActionKind for SqlSource {
    fn info(&self) -> ActionInfo {
        ActionInfo { name: NAME, purpose: Purpose::Source, reach: Reach::Workspace, class: Class::Idempotent }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        statement::check(NAME, settings)
    }

    async fn attempt(&self, ground: &Ground<'_>, given: &Given<'_>) -> Result<String, Fault> {
        given.wants(want::REACHABLE)?;
        statement::run(NAME, ground, given).await
    }
}
