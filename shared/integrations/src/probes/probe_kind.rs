//! One kind of probe of the network path.

use async_trait::async_trait;
use engine::ports::{Admission, Names};
use failover::signal::Reading;

use crate::web::Web;

/// One kind of probe.
#[async_trait]
pub trait ProbeKind: Send + Sync {
    /// Name of the kind, e.g. `dns`.
    fn kind(&self) -> &'static str;

    /// Probes a host once. Returns the reading and a line about it, with the reason if it is not healthy.
    async fn look(&self, sight: &Sight<'_>) -> (Reading, String);
}

/// The target of a probe, and the means to reach it.
pub struct Sight<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) web: &'a dyn Web,
    pub(crate) names: &'a dyn Names,
    pub(crate) admission: &'a dyn Admission,
}
