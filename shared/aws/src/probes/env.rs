//! The environment of the probes in AWS.

use std::sync::Arc;

use engine::ports::Clock;

use crate::clients::ActionClients;

/// The environment of the probes in AWS.
pub struct ProbeEnv {
    /// The clients of the AWS services.
    pub(super) clients: ActionClients,
    /// Measures the time.
    pub(super) clock: Arc<dyn Clock>,
}
