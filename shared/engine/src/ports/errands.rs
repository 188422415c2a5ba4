//! Errands: steps that are no resource of a workspace.

use async_trait::async_trait;
pub use failover::errand::ErrandInfo;
use jiff::Timestamp;
use saga::{Fault, Step};
use secrecy::SecretString;
use serde_json::Value;

use super::Pass;

/// What a try may know besides its step.
#[derive(Clone, Copy, Debug)]
pub struct Briefing<'a> {
    /// The step's idempotency token (S7): the same in every try of the step.
    pub token: &'a str,
    /// Tries before this one.
    pub tries: u32,
    /// When the step's stage was entered.
    pub since: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// The message of a channel, ready to be sent; `None` for every other duty.
    pub message: Option<&'a Message>,
}

/// A message to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub subject: String,
    /// Plain text, several lines.
    pub text: String,
}

/// Carries out errands of some kinds. One try per call, no retries.
///
/// A try looks first; if it is already so it is done, else it makes what calls are needed and looks
/// again. A message cannot be looked at: it is done when its channel has accepted it.
#[async_trait]
pub trait Errands: Send + Sync {
    /// The kinds it carries out.
    fn errands(&self) -> &'static [ErrandInfo];

    /// Says what is wrong with an errand's settings, without speaking to anybody.
    ///
    /// # Errors
    ///
    /// A sentence with the remedy.
    fn check(&self, kind: &str, settings: &Value) -> Result<(), String>;

    /// Tries once. The step's detail is a [`failover::errand::Detail`]; `want` is one of
    /// [`failover::plan::want`]. `Ok` tells what was read back, for people.
    ///
    /// # Errors
    ///
    /// Why it is not so yet; with reaction `VerifyFirst` whenever an effect may have happened.
    async fn attempt(&self, step: &Step, briefing: &Briefing<'_>, pass: &dyn Pass) -> Result<String, Fault>;

    /// Reads the time of the last synced data of a dataset, where the errand is one (`Duty::Dataset`).
    ///
    /// # Errors
    ///
    /// Why it cannot be told. Missing is never read as recent (S17).
    async fn synced_at(&self, kind: &str, _settings: &Value, _pass: &dyn Pass) -> Result<Timestamp, Fault> {
        let message = format!("{kind} tells no time of last synced data");
        Err(Fault::person_needed(crate::codes::UNKNOWN_STEP, message))
    }
}

/// Opens the places where secrets are kept.
pub trait Secrets: Send + Sync {
    /// The secret that a setting names the place of, e.g. `{"env": "SLACK_URL"}` or `{"file": "/run/secrets/slack"}`.
    ///
    /// # Errors
    ///
    /// A fault for a person: the place is empty, or the setting names none.
    fn open(&self, place: &Value) -> Result<SecretString, Fault>;
}
