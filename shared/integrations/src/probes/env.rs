//! The environment of the probes: the way to a workspace, and its address.

use std::sync::Arc;

use engine::codes::ACTION_SETTINGS;
use engine::ports::{Clock, Names, ProbeRun, Probed};
use failover::action::Address;
use failover::signal::Reading;
use jiff::Timestamp;
use saga::Fault;

use super::settings::Settings;
use crate::web::Web;

/// The environment of the probes: the way to a workspace, and its address.
pub struct ProbeEnv {
    /// Sends requests.
    pub web: Arc<dyn Web>,
    /// Resolves names.
    pub names: Arc<dyn Names>,
    /// Measures the time.
    pub clock: Arc<dyn Clock>,
    /// The addresses of the two workspaces.
    pub addresses: Vec<Address>,
}

/// The host that a probe checks.
pub(super) struct Host {
    /// Name or address of the host.
    pub(super) name: String,
    /// Port of the host.
    pub(super) port: u16,
}

impl ProbeEnv {
    /// The host that a probe checks: the one of its settings, or else that of the workspace.
    pub(super) fn host(&self, run: &ProbeRun<'_>) -> Result<Host, Fault> {
        let wrong = |message| Fault::person_needed(ACTION_SETTINGS, message);
        let Settings { host, port } = Settings::of(&run.declared.kind, &run.declared.settings).map_err(wrong)?;
        let ours = self.addresses.iter().find(|address| address.side == run.declared.side);
        let name = host.or_else(|| ours.map(|address| without_port(&address.host)));
        Ok(Host { name: name.unwrap_or_default(), port })
    }

    /// A reading, with the time that it took since `begun` if it is healthy.
    pub(super) fn timed(&self, begun: Timestamp, reading: Reading, text: String) -> Probed {
        let took = self.clock.now().duration_since(begun).as_millis().max(0) as f64;
        Probed { reading, measured: (reading == Reading::Healthy).then_some(took), text }
    }
}

fn without_port(host: &str) -> String {
    host.rsplit_once(':').map_or(host, |(name, _)| name).to_owned()
}
