//! One kind of probe in AWS, and the context of one reading.

use async_trait::async_trait;
use engine::ports::Admission;
use failover::signal::Reading;
use jiff::Timestamp;
use saga::Fault;
use serde_json::Value;

use crate::clients::ActionClients;

/// One kind of probe.
#[async_trait]
pub(super) trait ProbeKind: Send + Sync {
    /// Name of the kind, e.g. `object_store`.
    fn kind(&self) -> &'static str;

    /// Checks the settings. The error is one sentence: what is wrong with them, and the remedy.
    fn check(&self, settings: &Value) -> Result<(), String>;

    /// Reads once, and says what it found.
    async fn look(&self, sight: &Sight<'_>) -> Result<(Reading, String), Fault>;
}

/// The context of one reading.
pub(super) struct Sight<'a> {
    /// The clients of the AWS services.
    pub(super) clients: &'a ActionClients,
    /// Name of the probe.
    pub(super) name: &'a str,
    /// The settings of the probe.
    pub(super) settings: &'a Value,
    /// The time of the reading.
    pub(super) now: Timestamp,
    /// Admits each request.
    pub(super) admission: &'a dyn Admission,
}
