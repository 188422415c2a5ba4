//! One kind of external action.

use async_trait::async_trait;
use engine::ports::ActionInfo;
use saga::Fault;
use serde_json::Value;

use super::reaching::Reaching;

/// One kind of external action.
#[async_trait]
pub trait Kind: Send + Sync {
    /// The facts that the engine needs about the kind.
    fn info(&self) -> ActionInfo;

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once. Returns a line about the result.
    ///
    /// # Errors
    ///
    /// A fault if the wanted state was not reached.
    async fn attempt(&self, settings: &Value, reaching: &Reaching<'_>) -> Result<String, Fault>;
}
