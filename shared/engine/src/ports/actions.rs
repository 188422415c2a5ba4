//! Defines the port of actions: steps that are no resource of a workspace.

use async_trait::async_trait;
pub use failover::action::ActionInfo;
use jiff::Timestamp;
use saga::{Fault, Step};
use secrecy::SecretString;
use serde_json::Value;

use super::Admission;

/// The facts that a try may know besides its step.
#[derive(Clone, Copy, Debug)]
pub struct ActionContext<'a> {
    /// The step's idempotency token (S7). It is the same in every try of the step.
    pub token: &'a str,
    /// The number of tries before this one.
    pub tries: u32,
    /// The time when the step's stage was entered.
    pub since: Timestamp,
    /// The current time.
    pub now: Timestamp,
    /// The message of a channel, ready to be sent. It is `None` for every other purpose.
    pub message: Option<&'a Message>,
}

/// A message to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line of text.
    pub subject: String,
    /// Plain text of several lines.
    pub text: String,
}

/// Carries out actions of some kinds. Each call is one try, and nothing is retried.
///
/// A try reads first. If the state is already as wanted, the try is done. Otherwise it makes the calls that are
/// needed and reads again. A message cannot be read back, so it is done when its channel has accepted it.
#[async_trait]
pub trait Actions: Send + Sync {
    /// The kinds that it carries out.
    fn actions(&self) -> &'static [ActionInfo];

    /// Checks the settings of an action, without any request.
    ///
    /// # Errors
    ///
    /// A sentence with the remedy.
    fn check(&self, kind: &str, settings: &Value) -> Result<(), String>;

    /// Tries once. The step's detail is a [`failover::action::Detail`]. `want` is one of [`failover::plan::want`].
    /// `Ok` has the state that was read back, for people.
    ///
    /// # Errors
    ///
    /// The reason why it is not so yet. The reaction is `VerifyFirst` whenever an effect may have happened.
    async fn attempt(
        &self,
        step: &Step,
        context: &ActionContext<'_>,
        admission: &dyn Admission,
    ) -> Result<String, Fault>;

    /// Reads the time of the last synced data of a dataset, if the action is one (`Purpose::Dataset`).
    ///
    /// # Errors
    ///
    /// The reason why the time is unknown. A missing time is never read as recent (S17).
    async fn synced_at(&self, kind: &str, _settings: &Value, _pass: &dyn Admission) -> Result<Timestamp, Fault> {
        Err(no_synced_time(kind))
    }
}

/// The fault of a kind that has no time of last synced data.
pub(super) fn no_synced_time(kind: &str) -> Fault {
    Fault::person_needed(crate::codes::UNKNOWN_STEP, format!("{kind} tells no time of last synced data"))
}

/// Reads secrets from the places where they are kept.
pub trait Secrets: Send + Sync {
    /// Reads the secret from the place that a setting names, e.g. `{"env": "SLACK_URL"}` or
    /// `{"file": "/run/secrets/slack"}`.
    ///
    /// # Errors
    ///
    /// A fault for a person: the place is empty, or the setting names no place.
    fn open(&self, place: &Value) -> Result<SecretString, Fault>;
}
