//! Probes of the way to a workspace, which need no credentials: one file each, in one list (R13).
//!
//! Law: one try; what cannot be asked from here is unknown and not down (S17). Both stand on our own
//! network, so they are the same origin as every other probe of ours. Must not know: what is normal.

mod dns;
mod tls;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{Clock, DeclaredProbe, Depth, Names, Pass, Probe, ProbeInfo, Probed};
use failover::errand::Address;
use failover::signal::{Origin, Reading};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::kinds::read;
use crate::web::Web;

/// Every kind of probe outside.
pub const PROBES: &[&dyn ProbeKind] = &[&dns::Dns, &tls::Tls];

/// One kind of probe.
#[async_trait]
pub trait ProbeKind: Send + Sync {
    /// Its name.
    fn kind(&self) -> &'static str;

    /// Looks once at a host; says what was seen and, where it is not healthy, why.
    async fn look(&self, sight: &Sight<'_>) -> (Reading, String);
}

/// What a look is directed at, and by what means.
pub struct Sight<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) web: &'a dyn Web,
    pub(crate) names: &'a dyn Names,
    pub(crate) pass: &'a dyn Pass,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// By default the workspace's.
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

/// The means by which probes look.
#[derive(Clone)]
pub struct Means {
    /// Requests.
    pub web: Arc<dyn Web>,
    /// Names.
    pub names: Arc<dyn Names>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Says what is wrong with the settings of a kind; `None` if it is none of these.
pub fn checked(kind: &str, given: &Value) -> Option<Result<(), String>> {
    known(kind).map(|_| settings(given).map(drop))
}

/// The declared probes that look at the way to workspaces; those of other kinds are left to others.
pub fn of(means: &Means, addresses: &[Address], declared: &[DeclaredProbe]) -> Vec<Arc<dyn Probe>> {
    let mut found: Vec<Arc<dyn Probe>> = Vec::new();
    for declared in declared {
        let (Some(kind), Ok(settings)) = (known(&declared.kind), settings(&declared.settings)) else { continue };
        let ours = addresses.iter().find(|address| address.side == declared.side);
        let host = settings.host.or_else(|| ours.map(|address| without_port(&address.host)));
        let info = ProbeInfo {
            name: declared.name.clone(),
            side: declared.side,
            origin: Origin::Probe,
            depth: Depth::Shallow,
            works: false,
            unit: "ms",
        };
        let host = host.unwrap_or_default();
        found.push(Arc::new(OutsideProbe { info, kind, host, port: settings.port, means: means.clone() }));
    }
    found
}

fn without_port(host: &str) -> String {
    host.rsplit_once(':').map_or(host, |(name, _)| name).to_owned()
}

fn known(kind: &str) -> Option<&'static dyn ProbeKind> {
    PROBES.iter().copied().find(|known| known.kind() == kind)
}

struct OutsideProbe {
    info: ProbeInfo,
    kind: &'static dyn ProbeKind,
    host: String,
    port: u16,
    means: Means,
}

#[async_trait]
impl Probe for OutsideProbe {
    fn info(&self) -> &ProbeInfo {
        &self.info
    }

    async fn look(&self, _now: Timestamp, pass: &dyn Pass) -> Probed {
        let Means { web, names, clock } = &self.means;
        let sight = Sight { host: &self.host, port: self.port, web: &**web, names: &**names, pass };
        let begun = clock.now();
        let (reading, text) = self.kind.look(&sight).await;
        let took = clock.now().duration_since(begun).as_millis().max(0) as f64;
        Probed { reading, measured: (reading == Reading::Healthy).then_some(took), text }
    }
}
