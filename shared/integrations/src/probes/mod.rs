//! Probes of the network path to a workspace, which need no credentials: one file each, in one list (R13).
//!
//! Law: a probe makes one try. If a question cannot be asked from here, the reading is unknown and not down
//! (S17). All of them use our own network, so their origin is the same as that of every other probe of
//! Switchback. Must not know: what is normal.

mod dns;
mod probe_kind;
mod tls;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{Admission, Clock, DeclaredProbe, Depth, Names, Probe, ProbeInfo, Probed, SideProbe};
use failover::action::Address;
use failover::signal::{Origin, Reading};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

pub use self::probe_kind::{ProbeKind, Sight};
use crate::kinds::read;
use crate::web::Web;

/// Every kind of probe of this crate.
pub const PROBES: &[&dyn ProbeKind] = &[&dns::Dns, &tls::Tls];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// By default the host of the workspace.
    host: Option<String>,
    #[serde(default = "https")]
    port: u16,
}

fn https() -> u16 {
    443
}

fn settings(settings: &Value) -> Result<Settings, String> {
    let settings = if settings.is_null() { &Value::Object(Map::new()) } else { settings };
    let found: Settings = read(settings)?;
    if let Some(host) = &found.host {
        crate::kinds::check_host(host, found.port)?;
    }
    Ok(found)
}

/// The means by which probes reach a workspace.
#[derive(Clone)]
pub struct Means {
    /// Sends requests.
    pub web: Arc<dyn Web>,
    /// Resolves names.
    pub names: Arc<dyn Names>,
    /// Measures the time.
    pub clock: Arc<dyn Clock>,
}

/// Checks the settings of a kind; `None` if no kind of probe has this name.
pub fn checked(kind: &str, given: &Value) -> Option<Result<(), String>> {
    known(kind).map(|_| settings(given).map(drop))
}

/// The declared probes of the network path to workspaces. Probes of other kinds are left out.
pub fn of(means: &Means, addresses: &[Address], declared: &[DeclaredProbe]) -> Vec<SideProbe> {
    let mut found: Vec<SideProbe> = Vec::new();
    for declared in declared {
        let (Some(kind), Ok(settings)) = (known(&declared.kind), settings(&declared.settings)) else { continue };
        let ours = addresses.iter().find(|address| address.side == declared.side);
        let host = settings.host.or_else(|| ours.map(|address| without_port(&address.host)));
        let info = ProbeInfo {
            name: declared.name.clone(),
            origin: Origin::Probe,
            depth: Depth::Shallow,
            works: false,
            unit: "ms",
        };
        let host = host.unwrap_or_default();
        let probe = HostProbe { info, kind, host, port: settings.port, means: means.clone() };
        found.push(SideProbe { side: declared.side, probe: Arc::new(probe) });
    }
    found
}

fn without_port(host: &str) -> String {
    host.rsplit_once(':').map_or(host, |(name, _)| name).to_owned()
}

fn known(kind: &str) -> Option<&'static dyn ProbeKind> {
    PROBES.iter().copied().find(|known| known.kind() == kind)
}

struct HostProbe {
    info: ProbeInfo,
    kind: &'static dyn ProbeKind,
    host: String,
    port: u16,
    means: Means,
}

#[async_trait]
impl Probe for HostProbe {
    fn info(&self) -> &ProbeInfo {
        &self.info
    }

    async fn look(&self, _now: Timestamp, admission: &dyn Admission) -> Probed {
        let Means { web, names, clock } = &self.means;
        let sight = Sight { host: &self.host, port: self.port, web: &**web, names: &**names, admission };
        let begun = clock.now();
        let (reading, text) = self.kind.look(&sight).await;
        let took = clock.now().duration_since(begun).as_millis().max(0) as f64;
        Probed { reading, measured: (reading == Reading::Healthy).then_some(took), text }
    }
}
