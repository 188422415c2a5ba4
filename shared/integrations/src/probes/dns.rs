//! Checks that the workspace's name has an address.
//!
//! Settings: perhaps `host`, by default the workspace's. An answer that there is no address reads down. If
//! the name servers do not answer, the fault is ours and not the workspace's, so the reading is unknown.

use async_trait::async_trait;
use engine::ports::{ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::Reading;
use saga::Fault;
use serde_json::Value;

use super::env::ProbeEnv;
use super::settings::Settings;

const KIND: &str = "dns";

pub(super) struct Dns;

#[async_trait]
impl ProbeKind<ProbeEnv> for Dns {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow(KIND)
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        Settings::of(KIND, settings).map(drop)
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let host = env.host(run)?.name;
        let begun = env.clock.now();
        let (reading, text) = match env.names.resolves(&host).await {
            Ok(true) => (Reading::Healthy, format!("{host} has an address")),
            Ok(false) => (Reading::Down, format!("{host} has no address")),
            Err(why) => (Reading::Unknown, format!("{host}: {why}")),
        };
        Ok(env.timed(begun, reading, text))
    }
}
