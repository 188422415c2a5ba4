//! Polls a page of a source: one request, one body, one reading.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use engine::ports::{Access, Admission, Ending, Feed};
use failover::signal::{CloudName, Signal, Watched};
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use integrations::{Asked, Web};
use jiff::Timestamp;
use saga::{Code, Fault};
use url::Url;

use crate::foreign::LARGEST_BODY_BYTES;
use crate::source::{Listening, Source};

/// A source gave no signal.
pub const SOURCE_SILENT: Code = Code::new("SOURCE-SILENT");

/// A page of a source.
pub struct Page {
    /// The source that reads the page.
    pub source: &'static dyn Source,
    /// Address of the page.
    pub url: Url,
    /// The cloud that the page reports on.
    pub cloud: CloudName,
    /// The network that the page is polled over.
    pub web: Arc<dyn Web>,
}

#[async_trait]
impl Feed for Page {
    fn source(&self) -> &'static str {
        self.source.name()
    }

    async fn poll(&self, now: Timestamp, watched: &Watched, admission: &dyn Admission) -> Result<Vec<Signal>, Fault> {
        let family = self.source.name();
        let admitted = admission.enter(family, Access::Read).await?;
        let headers = HeaderMap::from_iter([
            (USER_AGENT, HeaderValue::from_static("switchback")),
            (ACCEPT, HeaderValue::from_static("*/*")),
        ]);
        let asked = Asked { url: self.url.clone(), method: Method::GET, headers, body: Bytes::new() };
        let sent = self.web.send(asked, admitted.time_out).await;
        admission.leave(
            family,
            match &sent {
                Ok(got) if got.status == StatusCode::TOO_MANY_REQUESTS => Ending::Throttled { retry_after: None },
                Ok(got) if got.status.is_server_error() => Ending::Failed,
                Ok(_) => Ending::Answered,
                Err(_) => Ending::Failed,
            },
        );
        let silent = |why: String| Fault::again(SOURCE_SILENT, why);
        let got = sent.map_err(|missed| silent(missed.why))?;
        if !got.status.is_success() {
            return Err(silent(format!("the page answered {}", got.status.as_u16())));
        }
        let body = &got.body[..got.body.len().min(LARGEST_BODY_BYTES)];
        let sides = watched.sides.iter().filter(|side| side.cloud == self.cloud).cloned().collect();
        let watched = Watched { sides, services: watched.services.clone() };
        let listening = Listening { watched: &watched, alarms: &[], now };
        let readings = self.source.read(body, &listening).map_err(|unreadable| silent(unreadable.to_string()))?;
        match readings.passed_over.first() {
            // A page that never names our regions is as good as none, and a person should know that.
            Some(why) if readings.signals.is_empty() => Err(silent((*why).to_owned())),
            Some(_) | None => Ok(readings.signals),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use engine::ports::Admitted;
    use failover::Side;
    use failover::signal::WatchedSide;
    use integrations::{Got, Missed};

    use super::*;
    use crate::sources::source;

    #[tokio::test]
    async fn a_page_that_does_not_answer_as_documented_is_silent() {
        let calm = br#"[{"end": "2025-12-03T12:10:00+00:00"}]"#;
        assert_eq!(asked(200, calm, "us-east1").await.map(|signals| signals.len()), Ok(1));
        for (status, body, says) in [
            (200, &b"<html>"[..], "the body is no JSON list"),
            (301, calm, "the page answered 301"),
            (429, calm, "the page answered 429"),
            (503, calm, "the page answered 503"),
            (0, calm, "no answer in time"),
        ] {
            let fault = asked(status, body, "us-east1").await.unwrap_err();
            assert_eq!((fault.code, fault.message.as_str()), (SOURCE_SILENT, says));
        }
    }

    #[tokio::test]
    async fn a_page_that_is_longer_than_what_is_read_tells_what_it_begins_with() {
        let mut long = br#"[{"status_impact":"SERVICE_OUTAGE","service_name":"Google Compute Engine",
            "currently_affected_locations":[{"id":"us-east1"}]},{"x":""#
            .to_vec();
        long.resize(LARGEST_BODY_BYTES + 9_000, b'x');
        let reads = async |region| asked(200, &long, region).await.unwrap()[0].reading;
        assert_eq!(reads("us-east1").await, failover::signal::Reading::Down);
        assert_eq!(reads("us-east4").await, failover::signal::Reading::Unknown);
    }

    async fn asked(status: u16, body: &[u8], region: &str) -> Result<Vec<Signal>, Fault> {
        let side = WatchedSide {
            side: Side::Primary,
            cloud: CloudName::Google,
            region: region.to_owned(),
            host: String::new(),
        };
        let page = Page {
            source: source("google_status").unwrap(),
            url: "https://page.example/".parse().unwrap(),
            cloud: CloudName::Google,
            web: Arc::new(Answers(status, body.to_vec())),
        };
        let watched = Watched { sides: vec![side], services: Vec::new() };
        page.poll("2026-01-05T08:00:00Z".parse().unwrap(), &watched, &Open).await
    }

    struct Answers(u16, Vec<u8>);

    #[async_trait]
    impl Web for Answers {
        async fn send(&self, _asked: Asked, _time_out: Duration) -> Result<Got, Missed> {
            let missed = Missed { may_have_arrived: true, why: "no answer in time".to_owned() };
            let status = StatusCode::from_u16(self.0).map_err(|_| missed)?;
            Ok(Got { status, headers: HeaderMap::new(), body: self.1.clone().into() })
        }

        async fn connect(&self, _host: &str, _port: u16, _time_out: Duration) -> Result<(), Missed> {
            Ok(())
        }
    }

    struct Open;

    #[async_trait]
    impl Admission for Open {
        async fn enter(&self, _family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
            Ok(Admitted { time_out: Duration::from_secs(1) })
        }

        fn leave(&self, _family: &'static str, _ending: Ending) {}
    }
}
