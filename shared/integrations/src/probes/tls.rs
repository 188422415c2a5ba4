//! Checks that the workspace's host takes a connection, has a good certificate, and answers.
//!
//! Settings: perhaps `host` and `port`, by default the workspace's and 443. Any answer counts: nobody signs
//! in, so a refusal is expected.

use async_trait::async_trait;
use bytes::Bytes;
use engine::ports::{Access, Ending, ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::Reading;
use http::{HeaderMap, Method};
use saga::Fault;
use serde_json::Value;
use url::Url;

use super::env::ProbeEnv;
use super::settings::Settings;
use crate::web::Asked;

const KIND: &str = "tls";

pub(super) struct Tls;

#[async_trait]
impl ProbeKind<ProbeEnv> for Tls {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits::shallow(KIND)
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        Settings::of(KIND, settings).map(drop)
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let host = env.host(run)?;
        let place = format!("{}:{}", host.name, host.port);
        let begun = env.clock.now();
        let Ok(url) = Url::parse(&format!("https://{place}/")) else {
            let text = format!("{place} is no host and port: correct the probe");
            return Ok(env.timed(begun, Reading::Unknown, text));
        };
        let admitted = run.admission.enter("tls", Access::Read).await?;
        let asked = Asked { url, method: Method::HEAD, headers: HeaderMap::new(), body: Bytes::new() };
        let answered = env.web.send(asked, admitted.time_out).await;
        run.admission.leave("tls", if answered.is_ok() { Ending::Answered } else { Ending::Failed });
        let (reading, text) = match answered {
            Ok(_) => (Reading::Healthy, format!("{place} shakes hands and answers")),
            Err(missed) => (Reading::Down, format!("{place}: {}", missed.why)),
        };
        Ok(env.timed(begun, reading, text))
    }
}
