//! Checks that the workspace's name has an address.
//!
//! Settings: perhaps `host`, by default the workspace's. An answer that there is no address reads down. If
//! the name servers do not answer, the fault is ours and not the workspace's, so the reading is unknown.

use async_trait::async_trait;
use failover::signal::Reading;

use super::{ProbeKind, Sight};

pub(super) struct Dns;

#[async_trait]
impl ProbeKind for Dns {
    fn kind(&self) -> &'static str {
        "dns"
    }

    async fn look(&self, sight: &Sight<'_>) -> (Reading, String) {
        match sight.names.resolves(sight.host).await {
            Ok(true) => (Reading::Healthy, format!("{} has an address", sight.host)),
            Ok(false) => (Reading::Down, format!("{} has no address", sight.host)),
            Err(why) => (Reading::Unknown, format!("{}: {why}", sight.host)),
        }
    }
}
