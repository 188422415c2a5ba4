//! One kind of action that uses Databricks.

use async_trait::async_trait;
use engine::ports::ActionInfo;
use jiff::Timestamp;
use saga::Fault;
use serde_json::Value;

use super::given::Given;
use super::ground::Ground;

/// One kind of action.
#[async_trait]
pub trait ActionKind: Send + Sync {
    /// The facts that the engine needs about the kind.
    fn info(&self) -> ActionInfo;

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once. Returns a line about what was read back.
    ///
    /// # Errors
    ///
    /// A fault if the wanted state was not read back.
    async fn attempt(&self, ground: &Ground<'_>, given: &Given<'_>) -> Result<String, Fault>;

    /// The time up to which data has come, if the action can read it.
    ///
    /// # Errors
    ///
    /// A fault if the time cannot be read.
    async fn synced_at(&self, _ground: &Ground<'_>, _settings: &Value) -> Result<Timestamp, Fault> {
        let message = format!("action {} tells no time of last synced data", self.info().name);
        Err(Fault::person_needed(engine::codes::UNKNOWN_STEP, message))
    }
}
