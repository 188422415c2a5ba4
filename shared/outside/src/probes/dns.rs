//! The workspace's name has an address.
//!
//! Settings: perhaps `host`, by default the workspace's. An answer that there is none is down; name
//! servers that do not answer are our own, so nothing can be told.

use async_trait::async_trait;
use failover::signal::Reading;

use super::{ProbeKind, Sight};

/// See the module.
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
