//! Defines one kind of action, for the crates that carry actions out.

use async_trait::async_trait;
use failover::action::{ActionInfo, Detail};
use failover::plan::want;
use jiff::Timestamp;
use saga::{Fault, Step};
use serde_json::Value;

use super::Admission;
use super::actions::{ActionContext, no_synced_time};

/// One attempt of an action's step. Its kind can bring about what the step wants, its detail is decoded, and its
/// settings are checked.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// The step.
    pub step: &'a Step,
    /// The detail of the step.
    pub detail: &'a Detail,
    /// The facts besides the step.
    pub context: &'a ActionContext<'a>,
    /// Admits each request.
    pub admission: &'a dyn Admission,
}

impl Attempt<'_> {
    /// For a fence: whether the side must be isolated. Otherwise it must be readmitted.
    pub fn isolates(&self) -> bool {
        self.step.want == want::CUT_OFF
    }
}

/// One kind of action. `Env` has everything that an attempt uses and that outlives it, e.g. clients.
#[async_trait]
pub trait ActionKind<Env: Send + Sync + 'static>: Send + Sync {
    /// The facts that planning needs.
    fn info(&self) -> ActionInfo;

    /// Checks the settings, without any request.
    ///
    /// # Errors
    ///
    /// One sentence that says what is wrong, with the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Tries once. `Ok` has the state that was read back, for people.
    ///
    /// # Errors
    ///
    /// The reason why it is not so yet. The reaction is `VerifyFirst` whenever an effect may have happened.
    async fn attempt(&self, env: &Env, attempt: &Attempt<'_>) -> Result<String, Fault>;

    /// Reads the time of the last synced data. The settings are checked before. Only a dataset or a recovery has
    /// such a time.
    ///
    /// # Errors
    ///
    /// The reason why the time is unknown. A missing time is never read as recent (S17).
    async fn synced_at(&self, _env: &Env, _settings: &Value, _admission: &dyn Admission) -> Result<Timestamp, Fault> {
        Err(no_synced_time(self.info().name))
    }
}
