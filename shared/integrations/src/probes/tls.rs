//! Checks that the workspace's host takes a connection, has a good certificate, and answers.
//!
//! Settings: perhaps `host` and `port`, by default the workspace's and 443. Any answer counts: nobody signs
//! in, so a refusal is expected.

use async_trait::async_trait;
use bytes::Bytes;
use engine::ports::{Access, Ending};
use failover::signal::Reading;
use http::{HeaderMap, Method};
use url::Url;

use super::{ProbeKind, Sight};
use crate::web::Asked;

pub(super) struct Tls;

#[async_trait]
impl ProbeKind for Tls {
    fn kind(&self) -> &'static str {
        "tls"
    }

    async fn look(&self, sight: &Sight<'_>) -> (Reading, String) {
        let place = format!("{}:{}", sight.host, sight.port);
        let Ok(url) = Url::parse(&format!("https://{place}/")) else {
            return (Reading::Unknown, format!("{place} is no host and port: correct the probe"));
        };
        let admitted = match sight.admission.enter("tls", Access::Read).await {
            Ok(admitted) => admitted,
            Err(fault) => return (Reading::Unknown, fault.to_string()),
        };
        let asked = Asked { url, method: Method::HEAD, headers: HeaderMap::new(), body: Bytes::new() };
        let answered = sight.web.send(asked, admitted.time_out).await;
        sight.admission.leave("tls", if answered.is_ok() { Ending::Answered } else { Ending::Failed });
        match answered {
            Ok(_) => (Reading::Healthy, format!("{place} shakes hands and answers")),
            Err(missed) => (Reading::Down, format!("{place}: {}", missed.why)),
        }
    }
}
